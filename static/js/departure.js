// Whether a form of the page (Leave, Delete, Log out) is on its way. Its answer says where to go next, so
// the page must not go anywhere by itself: a poll may hear of the leaving before the form does.

const PATIENCE = 8_000;

export class Departure {
  #window;
  #clock;
  #leftAt = -Infinity;

  constructor({ window, clock }) {
    this.#window = window;
    this.#clock = clock;
  }

  start() {
    this.#window.addEventListener("submit", this.#submitted);
    this.#window.addEventListener("pageshow", this.#shown);
  }

  stop() {
    this.#window.removeEventListener("submit", this.#submitted);
    this.#window.removeEventListener("pageshow", this.#shown);
  }

  // Not for ever: the reader may have stopped it.
  get underway() {
    return this.#clock.now() - this.#leftAt < PATIENCE;
  }

  #submitted = (event) => {
    if (!event.defaultPrevented) this.#leftAt = this.#clock.now();
  };

  #shown = () => {
    this.#leftAt = -Infinity;
  };
}
