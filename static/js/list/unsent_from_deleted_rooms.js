// Unsent text from deleted rooms, shown on the list's page.

import { copyText } from "../lib/clipboard.js";
import { HTML_TYPE, JSON_TYPE } from "../lib/requests.js";
import { ROOM_OVER } from "../lib/statuses.js";

export class UnsentFromDeletedRooms {
  #box;
  #unsent;
  #requests;
  #rest;

  // rest: what gets the focus when there is nothing left
  constructor({ box, unsent, requests, rest }) {
    this.#box = box;
    this.#unsent = unsent;
    this.#requests = requests;
    this.#rest = rest;
  }

  start() {
    this.#on("copy", this.#copy);
    this.#on("discard", this.#discard);
    this.#show();
    this.check();
  }

  // At the start, and when the list is told that a room was deleted.
  check() {
    this.#unsent.rooms.forEach((room) => this.#check(room));
  }

  #on(action, listener) {
    this.#box.querySelector(`[data-action="${action}"]`).addEventListener("click", listener);
  }

  get #text() {
    return this.#box.querySelector("textarea");
  }

  // A room that was deleted while no page of it was open. What fails now is asked again on the next page.
  async #check(room) {
    const status = await this.#statusOf(room).catch(() => 0);
    if (!ROOM_OVER.has(status)) return;
    this.#unsent.keepForList(room);
    this.#show();
  }

  // Of a room that was deleted around somebody the page redirects, as a captive portal does: its messages do not.
  async #statusOf(room) {
    const page = this.#requests.ask(`/rooms/${room}`, { type: HTML_TYPE, method: "HEAD" });
    const { status } = await page.catch(() => this.#requests.ask(`/api/rooms/${room}/messages`, { type: JSON_TYPE }));
    return status;
  }

  #show() {
    const { value } = this.#unsent.fromDeletedRooms;
    this.#box.hidden = !value;
    this.#text.value = value ?? "";
  }

  #copy = ({ target: button }) => {
    if (copyText(this.#text.value, this.#box.ownerDocument)) button.textContent = "Copied";
  };

  // Only what is shown: a page of another room may have added to it.
  #discard = () => {
    const { fromDeletedRooms } = this.#unsent;
    if (fromDeletedRooms.value === this.#text.value) fromDeletedRooms.value = undefined;
    this.#show();
    if (this.#box.hidden) this.#rest.focus();
  };
}
