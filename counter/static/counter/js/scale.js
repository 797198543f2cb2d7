// <live-scale>: asks the scale again and again while somebody looks, one scale at a time on a page;
// a value is taken only while it stands still on the screen. Where a form weighs several things, each
// weight is kept by the server when it is taken, and the next field begins.
const LATE_MS = 400; // a scale that has not answered by then is moving
const PAUSE_MS = { stable: 400, empty: 250, moving: 0, waiting: 0, refused: 2000 };
const ASLEEP_MS = 120_000; // nothing has changed for so long: nobody is weighing

class LiveScale extends HTMLElement {
  static #live = null;
  #timer = 0;
  #round = 0;
  #changedAt = 0;

  connectedCallback() {
    this.readout = this.querySelector("[data-readout]");
    this.voice = this.querySelector("[role=status]");
    this.taking = this.querySelector("[data-take]");
    this.taking?.addEventListener("click", () => this.#goOn());
    if (this.taking) this.taking.hidden = false;
    for (const button of this.querySelectorAll("button[formaction]")) {
      button.type = "button"; // else the enter key would press it
      button.addEventListener("click", () => this.#begin(button.getAttribute("formaction")));
    }
    this.closest("form")?.querySelector(`[name="${this.dataset.prefix}grams"]`)?.addEventListener("input", (event) => event.target.value && this.#sleep());
    document.addEventListener("visibilitychange", this);
    const box = this.closest("details");
    if (!box || box.open) this.#beginIfFirst();
    else box.addEventListener("toggle", () => (box.open ? this.#beginIfFirst() : this.#stop()));
  }

  disconnectedCallback() {
    document.removeEventListener("visibilitychange", this);
    this.#stop();
  }

  handleEvent() {
    if (!document.hidden && LiveScale.#live === this) this.#begin(this.address);
  }

  get #isTaken() {
    return this.readout.firstElementChild.dataset.state === "taken";
  }

  #beginIfFirst() {
    const chosen = this.querySelector("[data-chosen]") ?? this.querySelector("button[formaction]");
    if (!LiveScale.#live && !this.#isTaken) this.#begin(chosen.getAttribute("formaction"));
  }

  async #begin(address) {
    // who goes on to the next thing has taken the one before
    const before = LiveScale.#live;
    if (before && before !== this) await before.#take();
    LiveScale.#live?.#stop();
    LiveScale.#live = this;
    this.address = address;
    this.#changedAt = Date.now();
    this.#ask(++this.#round);
  }

  async #ask(round) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#show("moving"), LATE_MS);
    const answer = await this.#answer();
    if (round !== this.#round) return; // asked anew meanwhile, or gone
    clearTimeout(this.#timer);
    if (!answer) return this.#sleep();
    const before = this.voice.textContent;
    this.#put(answer);
    const { state, told = "" } = this.readout.firstElementChild.dataset;
    if (told !== before) {
      this.voice.textContent = told;
      this.#changedAt = Date.now();
    }
    if (Date.now() - this.#changedAt > ASLEEP_MS) this.#sleep();
    else if (!document.hidden) this.#timer = setTimeout(() => this.#ask(round), PAUSE_MS[state] ?? 0);
  }

  // the weight that stands there stays there; true when there was one
  async #take() {
    const kept = this.readout.querySelector("[type=hidden]")?.value;
    this.#stop();
    const answer = this.taking && kept ? await this.#answer({ take: kept }) : "";
    if (answer) this.#put(answer);
    return Boolean(answer);
  }

  async #goOn() {
    if (!(await this.#take())) return this.#begin(this.address);
    const others = [...this.closest("form").querySelectorAll("live-scale")];
    others.slice(others.indexOf(this)).find((each) => !each.#isTaken)?.#beginIfFirst();
  }

  #put(answer) {
    const fragment = new DOMParser().parseFromString(answer, "text/html");
    this.readout.replaceChildren(...fragment.body.childNodes);
  }

  async #answer(more = {}) {
    const token = this.closest("form").elements.csrfmiddlewaretoken.value;
    const asked = { method: "POST", headers: { "HX-Request": "true", "X-CSRFToken": token }, body: new URLSearchParams({ prefix: this.dataset.prefix, ...more }) };
    try {
      const response = await fetch(this.address, asked);
      return response.ok ? (await response.text()).trim() : "";
    } catch {
      return "";
    }
  }

  // what stood there a moment ago does not count any more
  #show(state, words = "") {
    const part = this.readout.firstElementChild;
    const moving = part.querySelector("[data-moving]");
    part.dataset.state = state;
    part.querySelector("[type=hidden]")?.remove();
    for (const pill of part.querySelectorAll("[data-pill]")) pill.hidden = true;
    moving.hidden = false;
    if (words) moving.textContent = words;
  }

  #sleep() {
    this.#stop();
    this.#show("asleep", this.dataset.asleep);
  }

  #stop() {
    clearTimeout(this.#timer);
    this.#round += 1;
    if (LiveScale.#live === this) LiveScale.#live = null;
  }
}

customElements.define("live-scale", LiveScale);
