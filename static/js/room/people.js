// The people in the room: a fragment, fetched when a poll says that it changed.

import { parse } from "../lib/fragments.js";
import { morph } from "../lib/morph.js";
import { HTML_TYPE } from "../lib/requests.js";

export class People {
  #element;
  #count;
  #url;
  #requests;
  #asking = false;

  constructor({ element, url, requests }) {
    this.#element = element;
    this.#count = element.ownerDocument.querySelector(".header__count");
    this.#url = url;
    this.#requests = requests;
  }

  get version() {
    return this.#element.dataset.version;
  }

  // A failure is not handled: the next poll says again that something changed.
  async update(version) {
    if (version === this.version || this.#asking) return;
    this.#asking = true;
    try {
      const answer = await this.#requests.ask(`${this.#url}?after=${this.version}`, { type: HTML_TYPE });
      if (answer.status === 200) this.show(parse(answer.body, ".people"));
    } catch {
      return;
    } finally {
      this.#asking = false;
    }
  }

  show(fresh) {
    this.#count.textContent = fresh.querySelector(".people__count").textContent;
    morph(this.#element, fresh);
  }
}
