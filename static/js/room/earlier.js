// *Earlier messages*: those before the first on the page, as many as the server gives at a time, as often
// as the reader asks.

import { JSON_TYPE } from "../lib/requests.js";

export class Earlier {
  #root;
  #url;
  #log;
  #requests;
  #delegate;
  #loading = false;
  #started = false;

  // delegate: refused(answer) · faulted(error) · say(text)
  constructor({ root, url, log, requests, delegate }) {
    this.#root = root;
    this.#url = url;
    this.#log = log;
    this.#requests = requests;
    this.#delegate = delegate;
  }

  start() {
    this.offer();
    if (this.#started) return;
    this.#started = true;
    this.#root.addEventListener("click", this.#clicked);
  }

  stop() {
    this.#started = false;
    this.#root.removeEventListener("click", this.#clicked);
  }

  // The link is for those without script; here its place is taken by a button.
  offer() {
    this.#root.querySelector("a.log__earlier")?.remove();
    this.#button.hidden = this.#log.firstSeq === 1;
  }

  get #button() {
    return this.#root.querySelector("button.log__earlier");
  }

  #clicked = (event) => {
    // A translated button has elements of its own.
    if (this.#button.contains(event.target) && !this.#loading) this.#load();
  };

  async #load() {
    this.#loading = true;
    const before = this.#log.firstSeq;
    const { era } = this.#log.position;
    try {
      const answer = await this.#requests.ask(`${this.#url}?before=${before}`, { type: JSON_TYPE });
      if (era !== this.#log.position.era) return;
      if (answer.status === 200) this.#show(answer.body);
      else this.#delegate.refused(answer);
    } catch {
      this.#delegate.say("Earlier messages could not be loaded. Please try again.");
    } finally {
      this.#loading = false;
    }
  }

  #show({ messages }) {
    try {
      this.#log.prepend(messages, () => this.offer());
    } catch (error) {
      this.#delegate.faulted(error);
    }
  }
}
