// What all pages share: one sending at a time, focus after a swap, calm words for failures, dialogs, bright light.
const FAILURES = { 403: "refused", 404: "missing", 429: "many" };
const find = (selector, part = document) => part.querySelector(selector);

document.addEventListener("submit", (event) => {
  const form = event.target;
  // after the browser has read the fields; htmx tells by itself when it sends
  if (!event.defaultPrevented && form.method === "post" && !form.target) setTimeout(() => disable(form));
});
window.addEventListener("pageshow", enable);
document.addEventListener("htmx:beforeSend", ({ detail: { elt } }) => {
  // what comes by itself answers nobody: a refusal and a PIN that is being typed stay
  if (!elt.matches("[hx-trigger^=every]")) find("#notice")?.replaceChildren();
  if (elt.matches("form")) disable(elt);
});
document.addEventListener("htmx:afterRequest", ({ detail }) => {
  enable();
  if (detail.successful) renewKey(find("input[name=_key]", detail.requestConfig.elt));
});

// a form that is on its way cannot be sent twice
function disable(form) {
  form.ariaBusy = "true";
  for (const field of form.querySelectorAll("[aria-invalid]")) field.ariaInvalid = null;
  for (const button of form.querySelectorAll("button:not([type=button]):enabled")) {
    button.disabled = true;
    button.dataset.busy = "";
  }
}

function enable() {
  for (const form of document.querySelectorAll("form[aria-busy]")) form.ariaBusy = null;
  for (const button of document.querySelectorAll("[data-busy]")) {
    button.disabled = false;
    delete button.dataset.busy;
  }
}

// what was done is over: what the same form sends next is another act
function renewKey(field) {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  if (field) field.value = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  const { xhr, requestConfig, isError } = detail;
  // a sentence of the shop's own, or a form with its errors; a whole error page has no place inside a page
  if (isError) detail.shouldSwap = isShown(xhr);
  if (isError || !requestConfig.elt.matches("[data-leave]")) return;
  detail.shouldSwap = false; // another person's page is opened anew
  location.assign(xhr.responseURL);
});

const isShown = (xhr) => [409, 422].includes(xhr.status) || Boolean(xhr.getResponseHeader("X-Refusal"));

document.addEventListener("htmx:responseError", ({ detail: { xhr } }) => {
  const notice = find("#notice");
  if (!notice || isShown(xhr)) return;
  const words = document.createElement("p");
  words.className = "notice bad";
  words.textContent = notice.dataset[FAILURES[xhr.status] ?? "failed"];
  notice.replaceChildren(words);
  words.scrollIntoView({ block: "nearest" });
});

document.addEventListener("htmx:afterSettle", ({ target, detail }) => {
  const sender = detail.requestConfig.elt;
  const wrong = wrongField(find("[data-field]", target), sender) ?? find("[aria-invalid=true],[autofocus]", target);
  const next = wrong ?? (sender.closest("scan-box") ? null : find("[data-focus]", target));
  if (next) focusOn(next);
  else find("scan-box")?.rest();
});

// a refusal that names a field marks it in the form that was sent; everything typed stays
function wrongField(refusal, form) {
  const field = form.elements?.namedItem(refusal?.dataset.field ?? "");
  if (!(field instanceof HTMLElement)) return undefined;
  refusal.id = "refusal";
  field.ariaInvalid = "true";
  field.setAttribute("aria-describedby", refusal.id);
  return field;
}

function focusOn(element) {
  if (element.tabIndex < 0) element.tabIndex = -1;
  element.focus();
}

const wrong = find("[aria-invalid=true]");
if (wrong) focusOn(wrong);

document.addEventListener("click", ({ target }) => {
  const opener = target.closest("[data-dialog]");
  if (opener) document.getElementById(opener.dataset.dialog).showModal();
  const bright = target.closest("[data-bright-switch]");
  if (bright) bright.ariaPressed = switchBright();
});

function switchBright() {
  const on = document.documentElement.toggleAttribute("data-bright");
  document.cookie = `bright=${Number(on)}; path=/; max-age=31536000; samesite=lax`;
  return on;
}
