// Which forms of the page are on their way. The answer says where to go next: a form that were sent once more
// meanwhile would be done twice, and the page must not go anywhere by itself, for a poll may hear of a
// leaving before its form does.

const TIMEOUT_MS = 8_000;

export class PendingNavigation {
  #window;
  #clock;
  #forms = new Map();

  constructor({ window, clock }) {
    this.#window = window;
    this.#clock = clock;
  }

  start() {
    this.#window.addEventListener("submit", this.#submitted);
    this.#window.addEventListener("pageshow", this.#shown);
  }

  get isPending() {
    return this.#forms.size > 0;
  }

  #submitted = (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method === "dialog") return;
    if (this.#forms.has(form)) event.preventDefault();
    else this.#hold(form);
  };

  // Not for ever: the reader may have stopped it, or it may have failed.
  #hold(form) {
    form.setAttribute("aria-busy", "true");
    const timer = this.#clock.setTimeout(() => this.#release(form), TIMEOUT_MS);
    this.#forms.set(form, timer);
  }

  #release(form) {
    form.removeAttribute("aria-busy");
    this.#clock.clearTimeout(this.#forms.get(form));
    this.#forms.delete(form);
  }

  // From the back/forward cache.
  #shown = ({ persisted }) => {
    if (persisted) [...this.#forms.keys()].forEach((form) => this.#release(form));
  };
}
