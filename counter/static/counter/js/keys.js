// Our own keys for money, weight, PIN and numbers: they write into the field that their pad names.
const EDIT = {
  back: (value) => value.trimEnd().slice(0, -1),
  clear: () => "",
  ".": (value) => (value.includes(".") ? value : `${value || "0"}.`),
};

// several fields may share one pad, which then names their fieldset: the keys write where the focus was last
const lastField = new WeakMap();

document.addEventListener("focusin", ({ target }) => {
  const group = target.matches("input") && target.closest("fieldset[id]");
  if (group) lastField.set(group, target);
});

document.addEventListener("click", (event) => {
  const key = event.target.closest("[data-key]");
  const input = key && fieldOf(key.closest("[data-keys-for]"));
  if (input) press(key.dataset.key, input);
});

function fieldOf(pad) {
  const named = document.getElementById(pad.dataset.keysFor);
  return named?.matches("fieldset") ? lastField.get(named) ?? named.querySelector("input") : named;
}

function press(key, input) {
  if (key === "send") return input.form.requestSubmit();
  if (key === "letters") return showKeyboard(input);
  if (input.type === "number") input.type = "text"; // "8." is on the way to 8.72
  const value = (EDIT[key] ?? ((old) => old + key))(input.value);
  if (input.maxLength >= 0 && value.length > input.maxLength) return undefined;
  input.value = value;
  input.focus({ preventScroll: true });
  return input.dispatchEvent(new Event("input", { bubbles: true }));
}

function showKeyboard(input) {
  input.blur();
  input.inputMode = "text";
  input.focus();
}

/** Fields with keys of their own do not call the keyboard of the tablet. */
function keepKeyboardAway() {
  for (const pad of document.querySelectorAll("[data-keys-for]")) {
    const named = document.getElementById(pad.dataset.keysFor);
    const inputs = named?.matches("fieldset") ? named.querySelectorAll("input.number") : [named];
    for (const input of inputs) if (input) input.inputMode = "none";
  }
}

keepKeyboardAway();
document.addEventListener("htmx:afterSettle", keepKeyboardAway);
