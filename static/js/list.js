// The list of rooms, kept up to date in place.

import { Connection } from "./connection.js";
import { parse } from "./fragments.js";
import { morph } from "./morph.js";
import { Poller } from "./poller.js";
import { HTML_TYPE } from "./requests.js";

const AIMING = 1_000;
const PRESSING = 3_000;

export class List {
  #section;
  #connection;
  #departure;
  #requests;
  #clock;
  #window;
  #poller;
  #aimedAt = -Infinity;
  #pressedAt = -Infinity;

  constructor({ page, departure, requests, clock, window }) {
    this.#section = page.querySelector(".list");
    this.#connection = new Connection({ page, window });
    this.#departure = departure;
    this.#requests = requests;
    this.#clock = clock;
    this.#window = window;
    this.#poller = new Poller({ subject: this, connection: this.#connection, clock, window });
  }

  // Lifecycle

  start() {
    this.#listen("addEventListener");
    this.#connection.start();
    this.#poller.start();
  }

  stop() {
    this.#listen("removeEventListener");
    this.#connection.stop();
    this.#poller.stop();
  }

  // Poller's delegate

  ask(signal) {
    const { version, page } = this.#section.dataset;
    const query = new URLSearchParams({ after: version, page });
    return this.#requests.ask(`/rooms/list?${query}`, { type: HTML_TYPE, signal });
  }

  // Nothing moves under a hand that is about to press; the next poll brings the same again.
  answered({ status, body }) {
    if (status === 200 && !this.#handIsHere) morph(this.#section, parse(body, ".list"));
    if (status !== 200 && status !== 204 && !this.#departure.underway) {
      this.stop();
      this.#window.location.replace("/rooms");
    }
    return false;
  }

  // Internal

  #listen(change) {
    this.#section[change]("pointermove", this.#moved, { passive: true });
    this.#section[change]("pointerdown", this.#pressing, { passive: true });
    this.#window[change]("pointerup", this.#released, { passive: true });
    this.#window[change]("pointercancel", this.#released, { passive: true });
  }

  get #handIsHere() {
    const now = this.#clock.now();
    return now - this.#pressedAt < PRESSING || now - this.#aimedAt < AIMING;
  }

  #moved = (event) => {
    if (event.target.closest("a, button")) this.#aimedAt = this.#clock.now();
  };

  #pressing = () => {
    this.#pressedAt = this.#clock.now();
  };

  #released = () => {
    this.#pressedAt = -Infinity;
  };
}
