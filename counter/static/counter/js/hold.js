// <hold-button>: a one-way act asks for 0.8 s of pressing, or for a second press from the keyboard.
const HOLD_MS = 800;
const ARMED_MS = 5000;

class HoldButton extends HTMLElement {
  #timer = 0;
  #agreed = false;

  connectedCallback() {
    this.button = this.querySelector("button");
    this.addEventListener("pointerdown", () => this.#wait("holding", this.dataset.hint, HOLD_MS, () => this.#agree()));
    for (const end of ["pointerup", "pointerleave", "pointercancel"]) this.addEventListener(end, () => this.#letGo());
    this.addEventListener("contextmenu", (event) => event.preventDefault());
    this.addEventListener("click", (event) => this.#onClick(event), true);
  }

  #onClick(event) {
    if (this.#agreed) return;
    event.preventDefault();
    event.stopPropagation();
    if (event.detail > 0) return; // a pointer has to hold
    if (this.dataset.state === "armed") setTimeout(() => this.#agree()); // no click within a click
    else this.#wait("armed", this.dataset.again, ARMED_MS, () => this.#rest());
  }

  #wait(state, words, ms, then) {
    clearTimeout(this.#timer);
    if (this.button.disabled) return;
    this.dataset.state = state;
    this.button.dataset.reason = words;
    this.#timer = setTimeout(then, ms);
  }

  #letGo() {
    if (this.dataset.state === "holding") this.#wait("", this.dataset.hint, ARMED_MS, () => this.#rest());
  }

  #rest() {
    clearTimeout(this.#timer);
    this.dataset.state = "";
    delete this.button.dataset.reason;
  }

  #agree() {
    this.#rest();
    this.#agreed = true;
    this.button.click();
    this.#agreed = false;
  }
}

customElements.define("hold-button", HoldButton);
