// Connection status, shown to the reader: words and *Try now* while the server cannot be reached, a dimmed page after
// the back/forward cache, which may be out of date.

import { report } from "./protocol_error.js";
import { TransientError } from "./requests.js";

export class ConnectionStatus {
  #page;
  #window;
  #reconnected;
  #retry;
  #rest;
  #text = "";
  #disconnected = false;

  // reconnected: what else to do then · retry: what *Try now* does · rest: what gets its focus when it goes
  constructor({ page, window, reconnected = () => {}, retry, rest }) {
    this.#page = page;
    this.#window = window;
    this.#reconnected = reconnected;
    this.#retry = this.#button("Try now", retry);
    this.#rest = rest;
  }

  start() {
    this.#window.addEventListener("pagehide", this.#hidden);
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
    this.show("Reconnecting… ", this.#retry);
    if (!(error instanceof TransientError)) report(error, this.#window.document);
  }

  show(text, ...controls) {
    // A screen reader would announce the same words again. What was loaded says nothing of the connection.
    if (this.#text === text || (text === "" && this.#disconnected)) return;
    this.#text = text;
    const status = this.#page.querySelector(".connection");
    const isFocused = status.matches(":focus-within");
    status.replaceChildren(...[text, ...controls].filter(Boolean));
    if (isFocused) this.#rest?.focus({ preventScroll: true });
  }

  #button(label, act) {
    const button = this.#window.document.createElement("button");
    Object.assign(button, { type: "button", className: "button button--quiet connection__retry", textContent: label });
    button.addEventListener("click", act);
    return button;
  }

  #hidden = () => {
    this.#page.classList.add("stale");
  };
}
