// <scan-box>: one place that every scan reaches, whatever has the focus.
import { clean, grouped, wrongDigit } from "./codes.js";
import { play } from "./tones.js";

const REPEAT_MS = 1500;
const FLASH_MS = 300;
// a scanner in keyboard mode is quicker than this from sign to sign, a hand is not
const HAND_MS = 150;
const FIELD = "input:not([type=radio],[type=checkbox]),textarea,select,[contenteditable]";
// codes without an answer and how each was read, the first is on its way; they outlive the box when an
// answer brings a whole page
const queue = { codes: [], sending: false, last: "", at: 0 };

class ScanBox extends HTMLElement {
  #enterWaits = false;
  #cameFrom = null;
  #life = null;
  #hand = { keys: false, signs: 0, first: 0, last: 0 };

  connectedCallback() {
    this.input = this.querySelector("input[name=code]");
    this.output = this.querySelector("output");
    this.keys = this.querySelector(".scan-keys");
    this.photo = this.querySelector("input[type=file]");
    this.input.inputMode = "none"; // a scanner needs no keyboard on the screen
    this.#life = new AbortController();
    this.#listen({ signal: this.#life.signal });
    if (!document.querySelector("[autofocus],[aria-invalid=true]")) this.rest();
  }

  disconnectedCallback() {
    this.#life.abort();
  }

  #listen({ signal }) {
    const on = (target, kind, act, capture) => target.addEventListener(kind, act, { signal, capture });
    on(this, "submit", (event) => this.#onSubmit(event), true);
    on(this, "formdata", ({ target, formData }) => {
      formData.set("code", queue.codes[0].code);
      if (target.method === "post") formData.set("means", queue.codes[0].means);
    });
    on(this.photo, "change", () => this.#readPhoto());
    on(this.input, "input", (event) => this.#onInput(event));
    on(this.input, "keydown", (event) => this.#onEnter(event));
    on(this.input, "compositionend", () => this.#onComposed());
    on(this.querySelector("[data-by-hand]"), "click", () => this.#showKeys(this.keys.hidden));
    on(document, "keydown", (event) => this.#onKeyAnywhere(event), true);
    on(document, "beforeinput", (event) => this.#divert(event, event.data), true);
    on(document, "close", () => this.rest(), true);
    on(document, "htmx:afterRequest", ({ detail }) =>
      detail.requestConfig.elt.closest("scan-box") && this.#onAnswered(detail.xhr.status));
    for (const kind of ["read", "already", "unknown"]) {
      on(document, `scan-${kind}`, ({ detail }) => this.#onAnswer(kind, detail));
    }
  }

  /** Takes the focus back, unless a field, a dialog or somebody at the keyboard has it. */
  rest() {
    const active = document.activeElement;
    const taken = active !== document.body && active.matches(`${FIELD},:focus-visible`);
    if (!taken && !document.querySelector("dialog[open]")) this.input.focus({ preventScroll: true });
  }

  #onEnter(event) {
    if (event.key !== "Enter") return;
    event.preventDefault();
    // an input method may still hold the digits: they come when it lets go
    if (event.isComposing) this.#enterWaits = true;
    else this.#commit();
  }

  #onComposed() {
    if (this.#enterWaits) setTimeout(() => this.#commit());
    this.#enterWaits = false;
  }

  #onInput(event) {
    this.#show("", "");
    this.#watchHand(event);
    if (!event.isTrusted) this.input.value = grouped(clean(this.input.value)); // from our own keys
  }

  #onSubmit(event) {
    if (queue.sending) return;
    event.preventDefault();
    event.stopPropagation();
    setTimeout(() => this.#commit()); // a form is not sent from within its own sending
  }

  #commit() {
    const code = clean(this.input.value, this.dataset.prefix);
    const means = this.#isByHand() ? "typed" : "scanner";
    this.input.value = "";
    this.input.inputMode = "none";
    this.#hand = { keys: false, signs: 0, first: 0, last: 0 };
    this.#cameFrom?.focus();
    this.#cameFrom = null;
    this.#hear(code, means);
  }

  #hear(code, means) {
    const wrong = wrongDigit(code);
    const gone = document.documentElement.dataset.net === "offline";
    if (gone) this.#show("unknown", this.dataset.gone);
    else if (wrong) this.#show("unknown", this.dataset.wrongDigit.replace("{n}", wrong));
    else if (code && !isRepeat(code)) queue.codes.push({ code, means });
    if (!gone) this.#next();
  }

  // our own keys are a hand; so is a keyboard that lets time pass between two signs
  #watchHand({ isTrusted, timeStamp }) {
    const { keys, signs, first } = this.#hand;
    const begins = this.input.value.length <= 1 || !signs;
    this.#hand = { keys: keys || !isTrusted, signs: begins ? 1 : signs + 1, first: begins ? timeStamp : first, last: timeStamp };
  }

  #isByHand() {
    const { keys, signs, first, last } = this.#hand;
    return keys || !this.keys.hidden || (signs > 1 && (last - first) / (signs - 1) > HAND_MS);
  }

  async #readPhoto() {
    const { form } = this.photo;
    const asked = { method: "POST", body: new FormData(form), headers: { Accept: "text/plain", "HX-Request": "true" } };
    this.photo.value = "";
    this.#show("", this.dataset.reading);
    const answer = await fetch(form.action, asked).catch(() => null);
    if (!answer) return this.#show("unknown", this.dataset.gone);
    const said = await answer.text();
    if (answer.ok) return this.#hear(clean(said), "camera");
    return this.#show("unknown", new DOMParser().parseFromString(said, "text/html").body.textContent.trim());
  }

  #next() {
    if (queue.sending || !queue.codes.length) return;
    queue.sending = true;
    this.#show("", `${grouped(queue.codes[0].code)} …`);
    const form = this.querySelector("form");
    form.requestSubmit();
    if (!form.matches("[hx-get],[hx-post]")) this.#onAnswered(200); // the browser opens the next page
  }

  #onAnswered(status) {
    queue.sending = false;
    if (status === 0) return; // not arrived: it stays first in line, with the same key
    queue.codes.shift();
    if (!this.dataset.answer) this.output.textContent = "";
    setTimeout(() => this.#next()); // after the form has its fresh key
  }

  #onAnswer(kind, { message, piece }) {
    const words = [grouped(queue.codes[0]?.code ?? ""), message || this.dataset[kind]];
    this.#show(kind, words.filter(Boolean).join(" · "));
    setTimeout(() => flash(document.querySelector(`[data-piece="${piece}"]`)), 50); // it comes with this answer
  }

  #show(kind, words) {
    this.dataset.answer = kind;
    this.output.textContent = words;
    if (kind) play(kind);
  }

  #showKeys(open) {
    this.keys.hidden = !open;
    this.querySelector("[data-by-hand]").setAttribute("aria-expanded", open);
    this.input.focus();
  }

  #onKeyAnywhere(event) {
    const { key, target } = event;
    if (event.isComposing) return; // the keys of a word in the making belong to the input method
    if (key === "Escape" && !this.keys.hidden) this.#showKeys(false);
    const isText = key.length === 1 && key !== " " && !event.ctrlKey && !event.metaKey && !event.altKey;
    if (!isText || target === this.input || document.querySelector("dialog[open]")) return;
    if (target.matches(FIELD)) this.#divert(event, key);
    else this.#take(null); // the key itself lands in the box
  }

  // a scanner's prefix opens the box also while a name is typed; the name stays whole
  #divert(event, text) {
    const { target } = event;
    if (text?.normalize("NFKC") !== this.dataset.prefix || event.isComposing) return;
    if (target === this.input || document.querySelector("dialog[open]")) return;
    event.preventDefault();
    this.#take(target);
  }

  #take(field) {
    this.#cameFrom = field;
    this.input.value = "";
    this.input.focus({ preventScroll: true });
  }
}

function isRepeat(code) {
  const at = performance.now();
  const repeat = queue.last === code && at - queue.at < REPEAT_MS;
  Object.assign(queue, { last: code, at });
  return repeat;
}

function flash(row) {
  row?.classList.add("flash");
  setTimeout(() => row?.classList.remove("flash"), FLASH_MS);
}

customElements.define("scan-box", ScanBox);
