// Pending navigation: the forms that were submitted and not answered yet. The answer says where to go next. Until
// then a second submission is ignored, and the page must not navigate by itself: a poll may be told of a leaving
// before its form is answered.

const NAVIGATION_TIMEOUT_MS = 8_000;

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
    else this.#add(form);
  };

  // Not for ever: the reader may have stopped the navigation, or it may have failed.
  #add(form) {
    form.setAttribute("aria-busy", "true");
    const timer = this.#clock.setTimeout(() => this.#remove(form), NAVIGATION_TIMEOUT_MS);
    this.#forms.set(form, timer);
  }

  #remove(form) {
    form.removeAttribute("aria-busy");
    this.#clock.clearTimeout(this.#forms.get(form));
    this.#forms.delete(form);
  }

  // From the back/forward cache.
  #shown = ({ persisted }) => {
    if (persisted) [...this.#forms.keys()].forEach((form) => this.#remove(form));
  };
}
