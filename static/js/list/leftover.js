// What was not sent to rooms that are gone by now, on the page of the list.

import { ENDED, HTML_TYPE } from "../lib/requests.js";

export class Leftover {
  #box;
  #unsent;
  #requests;

  constructor({ box, unsent, requests }) {
    this.#box = box;
    this.#unsent = unsent;
    this.#requests = requests;
  }

  start() {
    this.#box.querySelector("button").addEventListener("click", this.#discard);
    this.#show();
    this.#unsent.rooms.forEach((room) => this.#gather(room));
  }

  // A room that ended while no page of it was open. Who cannot be asked now is asked next time.
  async #gather(room) {
    const asking = this.#requests.ask(`/rooms/${room}`, { type: HTML_TYPE, method: "HEAD" });
    const { status } = await asking.catch(() => ({}));
    if (!ENDED.has(status)) return;
    this.#unsent.handOver(room);
    this.#show();
  }

  #show() {
    const { value } = this.#unsent.leftover;
    this.#box.hidden = !value;
    this.#box.querySelector("textarea").value = value ?? "";
  }

  #discard = () => {
    this.#unsent.leftover.value = undefined;
    this.#show();
  };
}
