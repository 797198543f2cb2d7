// <net-badge>: says in words whether the shop's server answers, and that nothing is lost when it does not.
const AWAITED_MS = 1000;
const KEPT_MS = 8000;
const PING_MS = 5000;

class NetBadge extends HTMLElement {
  #waiting = new Map(); // request: its two timers
  #unsent = null; // the last request without an answer
  #gone = false;
  #life = new AbortController();

  connectedCallback() {
    const { signal } = this.#life;
    this.line = document.querySelector("[data-netline]");
    this.again = document.querySelector("[data-again]");
    this.again.addEventListener("click", () => this.#sendAgain());
    window.addEventListener("offline", () => this.#setGone(true), { signal });
    window.addEventListener("online", () => this.#ping(), { signal });
    document.addEventListener("htmx:beforeSend", ({ detail }) => this.#onSent(detail), { signal });
    document.addEventListener("htmx:afterRequest", ({ detail }) => this.#onAnswered(detail.xhr), { signal });
    document.addEventListener("htmx:afterSettle", () => this.#gone && switchOff(this.dataset.reason), { signal });
    document.addEventListener("submit", (event) => this.#keepHere(event), { signal, capture: true });
    document.addEventListener("click", (event) => event.target.closest("a[href]") && this.#keepHere(event), { signal, capture: true });
    this.pings = setInterval(() => this.#gone && navigator.onLine && this.#ping(), PING_MS);
    this.#setGone(!navigator.onLine);
  }

  // an answer may bring a whole page, and with it another badge
  disconnectedCallback() {
    this.#life.abort();
    clearInterval(this.pings);
    for (const xhr of this.#waiting.keys()) this.#stopWaiting(xhr);
  }

  #onSent({ xhr, elt, requestConfig }) {
    const submitter = requestConfig.triggeringEvent?.submitter;
    const words = `${submitter?.dataset.awaited ?? elt.dataset.awaited ?? this.dataset.waiting} …`;
    this.#unsent = { xhr, elt, submitter };
    this.#waiting.set(xhr, [
      setTimeout(() => this.#say("slow", words), AWAITED_MS),
      setTimeout(() => this.#say("slow", `${words} ${this.dataset.kept}`, true), KEPT_MS),
    ]);
  }

  #onAnswered(xhr) {
    if (!this.#stopWaiting(xhr)) return; // given up by hand
    if (xhr.status && this.#unsent?.xhr === xhr) this.#unsent = null;
    this.#setGone(xhr.status === 0);
    if (xhr.status === 0) setTimeout(() => this.#gone && this.#ping(), AWAITED_MS); // only one answer may be lost
  }

  #stopWaiting(xhr) {
    this.#waiting.get(xhr)?.forEach(clearTimeout);
    return this.#waiting.delete(xhr);
  }

  #ping() {
    const answer = fetch(this.dataset.ping, { cache: "no-store", signal: AbortSignal.timeout(PING_MS) });
    answer.then(() => this.#setGone(false), () => this.#setGone(true));
  }

  #sendAgain() {
    const { xhr, elt, submitter } = this.#unsent;
    this.#unsent = null;
    if (this.#stopWaiting(xhr)) xhr.abort();
    this.#setGone(false);
    if (elt.matches("form")) elt.requestSubmit(submitter?.isConnected ? submitter : null);
    else elt.click();
  }

  // without a network a form or a link would lead to the browser's own page, and what was typed would be lost
  #keepHere(event) {
    if (!this.#gone || event.target.method === "dialog") return;
    event.preventDefault();
    event.stopPropagation();
  }

  #setGone(gone) {
    this.#gone = gone;
    if (gone) switchOff(this.dataset.reason);
    else switchOn();
    if (gone) this.#say("offline", this.dataset.gone);
    else if (this.#unsent && !this.#waiting.size) this.#say("online", this.dataset.kept, true);
    else if (!this.#waiting.size) this.#say("online", "");
  }

  #say(state, words, again = false) {
    document.documentElement.dataset.net = state;
    this.textContent = this.dataset[state];
    this.line.textContent = words;
    this.line.parentElement.hidden = !words;
    this.again.hidden = !again;
  }
}

function switchOff(reason) {
  for (const button of document.querySelectorAll("[data-needs-network]:enabled")) {
    button.disabled = true;
    Object.assign(button.dataset, { reason, switchedOff: "" });
  }
}

function switchOn() {
  for (const button of document.querySelectorAll("[data-switched-off]")) {
    button.disabled = false;
    delete button.dataset.switchedOff;
    delete button.dataset.reason;
  }
}

customElements.define("net-badge", NetBadge);
