// The list of rooms, polled as a fragment and morphed in place.

import { ConnectionStatus } from "../lib/connection_status.js";
import { parse } from "../lib/fragments.js";
import { morph } from "../lib/morph.js";
import { Pointer } from "../lib/pointer.js";
import { Poller } from "../lib/poller.js";
import { HTML_TYPE } from "../lib/requests.js";

export class List {
  #section;
  #connection;
  #pendingNavigation;
  #requests;
  #window;
  #poller;
  #pointer;
  #fresh = null;

  constructor({ page, pendingNavigation, requests, clock, window }) {
    this.#section = page.querySelector(".list");
    this.#connection = new ConnectionStatus({ page, window });
    this.#pendingNavigation = pendingNavigation;
    this.#requests = requests;
    this.#window = window;
    this.#pointer = new Pointer({ root: this.#section, clock, window });
    this.#poller = new Poller({ subject: this, connection: this.#connection, clock, window });
  }

  // Lifecycle

  start() {
    this.#pointer.start();
    this.#connection.start();
    this.#poller.start();
  }

  stop() {
    this.#pointer.stop();
    this.#connection.stop();
    this.#poller.stop();
  }

  // Poller's delegate

  ask(signal) {
    const { version, page } = (this.#fresh ?? this.#section).dataset;
    const query = new URLSearchParams({ after: version, page });
    return this.#requests.ask(`/rooms/list?${query}`, { type: HTML_TYPE, signal });
  }

  // Nothing moves while somebody points at it: an update waits until the pointer has gone.
  answered({ status, body }) {
    if (status === 200) this.#fresh = parse(body, ".list");
    if (this.#fresh && !this.#pointer.isBusy) {
      morph(this.#section, this.#fresh);
      this.#fresh = null;
    }
    if (status !== 200 && status !== 204 && !this.#pendingNavigation.isPending) {
      this.stop();
      this.#window.location.replace("/rooms");
    }
    return false;
  }
}
