// <signature-pad>: a name drawn with finger or pen, kept as strokes on a pad of 1,000 by 400 points.
const WIDE = 1000;
const HIGH = 400;
const NEAR = 4; // a point closer than this to the one before tells nothing new
const MOST_POINTS = 4000;
const MOST_STROKES = 60;

class SignaturePad extends HTMLElement {
  #strokes = [];
  #pointer = null;

  connectedCallback() {
    this.svg = this.querySelector(".pad svg");
    this.path = this.querySelector(".pad path");
    this.field = this.querySelector("input");
    this.svg.addEventListener("pointerdown", (event) => this.#begin(event));
    this.svg.addEventListener("pointermove", (event) => this.#draw(event));
    for (const end of ["pointerup", "pointercancel"]) this.svg.addEventListener(end, (event) => this.#lift(event));
    this.querySelector("[data-undo]").addEventListener("click", () => this.#keep(this.#strokes.slice(0, -1)));
    this.querySelector("[data-clear]").addEventListener("click", () => this.#keep([]));
    this.#keep(this.field.value ? JSON.parse(this.field.value) : []);
  }

  #begin(event) {
    if (this.#pointer !== null || this.#strokes.length >= MOST_STROKES) return; // a resting palm draws nothing
    event.preventDefault();
    this.#pointer = event.pointerId;
    this.svg.setPointerCapture(event.pointerId);
    this.#strokes.push(this.#place(event));
    this.#show();
  }

  #draw(event) {
    if (event.pointerId !== this.#pointer) return;
    const stroke = this.#strokes.at(-1);
    const all = event.getCoalescedEvents?.() ?? [];
    for (const each of all.length ? all : [event]) {
      const [x, y] = this.#place(each);
      const near = Math.hypot(x - stroke.at(-2), y - stroke.at(-1)) < NEAR;
      if (!near && this.#points < MOST_POINTS) stroke.push(x, y);
    }
    this.#show();
  }

  #lift(event) {
    if (event.pointerId !== this.#pointer) return;
    this.#pointer = null;
    this.#keep(this.#strokes);
  }

  get #points() {
    return this.#strokes.reduce((sum, stroke) => sum + stroke.length / 2, 0);
  }

  #place({ clientX, clientY }) {
    const box = this.svg.getBoundingClientRect();
    const within = (share, most) => Math.round(Math.min(Math.max(share, 0), 1) * most);
    return [within((clientX - box.left) / box.width, WIDE), within((clientY - box.top) / box.height, HIGH)];
  }

  #keep(strokes) {
    this.#strokes = strokes;
    this.field.value = strokes.length ? JSON.stringify(strokes) : "";
    this.field.ariaInvalid = null;
    this.#show();
  }

  #show() {
    const line = (stroke) => `M${stroke.slice(0, 2).join(" ")}L${stroke.join(" ")}`;
    this.path.setAttribute("d", this.#strokes.map(line).join(""));
    this.toggleAttribute("data-drawn", this.#strokes.length > 0);
  }
}

customElements.define("signature-pad", SignaturePad);
