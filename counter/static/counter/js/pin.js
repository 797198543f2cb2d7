// <pin-pad>: six digits, and the form goes off by itself.
const LENGTH = 6;

class PinPad extends HTMLElement {
  connectedCallback() {
    const input = this.querySelector("input.pin");
    const form = input.form;
    input.addEventListener("input", () => {
      input.value = input.value.normalize("NFKC").replace(/\D/g, "").slice(0, LENGTH);
      if (input.value.length < LENGTH || !form.reportValidity()) return;
      form.requestSubmit();
      input.value = ""; // it is on its way; a wrong one is typed anew
    });
    // a finger on a name goes on to the PIN; the arrow keys walk through the names
    form.addEventListener("pointerup", ({ target }) => target.closest("label") && setTimeout(() => input.focus()));
    if (!form.querySelector("[type=radio]:invalid")) input.focus();
  }
}

customElements.define("pin-pad", PinPad);
