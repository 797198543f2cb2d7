// <loose-stones>: a tap on the picture fills in where the stone lies, in thousandths, and marks it.
const WHOLE = 1000;

class LooseStones extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form");
    if (!this.form) return;
    const picture = this.querySelector("svg");
    this.querySelector("[data-tap]").hidden = false;
    picture.addEventListener("click", (event) => this.#mark(picture, event));
  }

  #mark(picture, { clientX, clientY }) {
    const box = picture.getBoundingClientRect();
    const within = (share) => String(Math.round(Math.min(Math.max(share, 0), 1) * WHOLE));
    this.form.elements.across.value = within((clientX - box.left) / box.width);
    this.form.elements.down.value = within((clientY - box.top) / box.height);
    this.form.requestSubmit();
  }
}

customElements.define("loose-stones", LooseStones);
