// Three answers that can be told apart without looking: tone and vibration.
const TONES = {
  read: { notes: [[1320, 0.08]], shake: 40 },
  already: { notes: [[660, 0.07], [660, 0.07]], shake: [30, 60, 30] },
  unknown: { notes: [[196, 0.28]], shake: 200 },
};
const VOLUME = 0.2;
let context;

export function play(kind) {
  navigator.vibrate?.(TONES[kind].shake);
  context ??= new AudioContext();
  if (context.state === "suspended") context.resume().catch(() => {}); // no sound before the first touch
  let start = context.currentTime;
  for (const [hertz, seconds] of TONES[kind].notes) {
    beep(hertz, start, seconds);
    start += seconds + 0.06;
  }
}

function beep(hertz, start, seconds) {
  const oscillator = new OscillatorNode(context, { frequency: hertz });
  const gain = new GainNode(context, { gain: VOLUME });
  gain.gain.setTargetAtTime(0, start + seconds, 0.01); // without a click at the end
  oscillator.connect(gain).connect(context.destination);
  oscillator.start(start);
  oscillator.stop(start + seconds + 0.05);
}
