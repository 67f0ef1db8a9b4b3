// The list of rooms, kept up to date in place.

import { Connection } from "../lib/connection.js";
import { parse } from "../lib/fragments.js";
import { Hand } from "../lib/hand.js";
import { morph } from "../lib/morph.js";
import { Poller } from "../lib/poller.js";
import { HTML_TYPE } from "../lib/requests.js";

export class List {
  #section;
  #connection;
  #departure;
  #requests;
  #window;
  #poller;
  #hand;
  #fresh = null;

  constructor({ page, departure, requests, clock, window }) {
    this.#section = page.querySelector(".list");
    this.#connection = new Connection({ page, window });
    this.#departure = departure;
    this.#requests = requests;
    this.#window = window;
    this.#hand = new Hand({ root: this.#section, clock, window });
    this.#poller = new Poller({ subject: this, connection: this.#connection, clock, window });
  }

  // Lifecycle

  start() {
    this.#hand.start();
    this.#connection.start();
    this.#poller.start();
  }

  stop() {
    this.#hand.stop();
    this.#connection.stop();
    this.#poller.stop();
  }

  // Poller's delegate

  ask(signal) {
    const { version, page } = (this.#fresh ?? this.#section).dataset;
    const query = new URLSearchParams({ after: version, page });
    return this.#requests.ask(`/rooms/list?${query}`, { type: HTML_TYPE, signal });
  }

  // Nothing moves under a hand: what is new is kept until it has gone.
  answered({ status, body }) {
    if (status === 200) this.#fresh = parse(body, ".list");
    if (this.#fresh && !this.#hand.isHere) {
      morph(this.#section, this.#fresh);
      this.#fresh = null;
    }
    if (status !== 200 && status !== 204 && !this.#departure.underway) {
      this.stop();
      this.#window.location.replace("/rooms");
    }
    return false;
  }
}
