// Connection status, shown to the reader: words while the server cannot be reached, a dimmed page after the
// back/forward cache, which may be out of date.

import { report } from "./protocol_error.js";
import { TransientError } from "./requests.js";

export class ConnectionStatus {
  #page;
  #window;
  #reconnected;
  #disconnected = false;

  // reconnected: what else to do then
  constructor({ page, window, reconnected = () => {} }) {
    this.#page = page;
    this.#window = window;
    this.#reconnected = reconnected;
  }

  start() {
    this.#window.addEventListener("pagehide", this.#hidden);
  }

  stop() {
    this.#window.removeEventListener("pagehide", this.#hidden);
  }

  connected() {
    this.#page.classList.remove("stale");
    if (!this.#disconnected) return;
    this.#disconnected = false;
    this.show("");
    this.#reconnected();
  }

  disconnected(error) {
    this.#disconnected = true;
    this.show("Reconnecting…");
    if (!(error instanceof TransientError)) report(error, this.#window.document);
  }

  // A screen reader would announce the same words again.
  show(text) {
    const status = this.#page.querySelector(".connection");
    if (status.textContent !== text) status.textContent = text;
  }

  #hidden = () => {
    this.#page.classList.add("stale");
  };
}
