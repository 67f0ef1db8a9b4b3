// Comeback: calls when a page is shown again that may have become old: from the browser's cache, or after it was out of
// sight for a while.

const OLD_MS = 60_000;

export class Comeback {
  #act;
  #clock;
  #window;
  #hiddenAt;

  constructor({ act, clock, window }) {
    this.#act = act;
    this.#clock = clock;
    this.#window = window;
  }

  start() {
    this.#window.addEventListener("pageshow", ({ persisted }) => persisted && this.#act());
    this.#window.document.addEventListener("visibilitychange", this.#visibilityChanged);
  }

  #visibilityChanged = () => {
    if (this.#window.document.hidden) this.#hiddenAt = this.#clock.date();
    else if (this.#clock.date() - this.#hiddenAt > OLD_MS) this.#act();
  };
}
