// The number of a card falls into groups while it is typed, and wrong check digits are told at once.
// Without this script the server says the same after sending.
import { clean, grouped, wrongDigit } from "./codes.js";

const input = document.getElementById("n");
const error = document.getElementById("n_error");

function check() {
  const code = clean(input.value);
  const wrong = wrongDigit(code) === 19;
  error.textContent = wrong ? input.dataset.wrong : "";
  input.setAttribute("aria-invalid", String(wrong));
  // only behind the last digit: the caret must not jump while a digit is put right
  if (input.selectionStart === input.value.length) input.value = grouped(code);
}

input.addEventListener("input", (event) => event.isComposing || check());
input.addEventListener("compositionend", check);
