// Unsent text from deleted rooms, shown on the list's page.

import { HTML_TYPE } from "../lib/requests.js";
import { ROOM_OVER } from "../lib/statuses.js";

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
    this.#unsent.rooms.forEach((room) => this.#check(room));
  }

  // A room that was deleted while no page of it was open. What fails now is asked again on the next page.
  async #check(room) {
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
