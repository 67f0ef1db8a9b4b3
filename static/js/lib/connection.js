// Tells the reader whether the page is up to date: words when the server cannot be reached, a dimmed
// page after the back/forward cache, which may show what is long past.

import { report } from "./fault.js";
import { Trouble } from "./requests.js";

export class Connection {
  #page;
  #window;
  #reconnected;
  #lost = false;

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

  found() {
    this.#page.classList.remove("stale");
    if (!this.#lost) return;
    this.#lost = false;
    this.say("");
    this.#reconnected();
  }

  lost(error) {
    this.#lost = true;
    this.say("Reconnecting…");
    if (!(error instanceof Trouble)) report(error, this.#window.document);
  }

  // The same words again would be announced again.
  say(text) {
    const status = this.#page.querySelector(".connection");
    if (status.textContent !== text) status.textContent = text;
  }

  #hidden = () => {
    this.#page.classList.add("stale");
  };
}
