// What was not sent to rooms that are gone by now, on the page of the list.

import { HTML_TYPE, ROOM_OVER } from "../lib/requests.js";

export class UnsentFromDeletedRooms {
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
    if (!ROOM_OVER.has(status)) return;
    this.#unsent.keepForList(room);
    this.#show();
  }

  #show() {
    const { value } = this.#unsent.fromDeletedRooms;
    this.#box.hidden = !value;
    this.#box.querySelector("textarea").value = value ?? "";
  }

  #discard = () => {
    this.#unsent.fromDeletedRooms.value = undefined;
    this.#show();
  };
}
