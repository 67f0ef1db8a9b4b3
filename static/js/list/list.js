// The list of rooms, and the notice above it: polled as a fragment and morphed in place.

import { ConnectionStatus } from "../lib/connection_status.js";
import { parse } from "../lib/fragments.js";
import { morph } from "../lib/morph.js";
import { Pointer } from "../lib/pointer.js";
import { Poller } from "../lib/poller.js";
import { HTML_TYPE } from "../lib/requests.js";

// Dispatches `notice` when it is told that a room was deleted.
export class List extends EventTarget {
  #notices;
  #section;
  #times;
  #connection;
  #pendingNavigation;
  #requests;
  #window;
  #poller;
  #pointer;
  #fresh = null;

  constructor({ page, pendingNavigation, requests, clock, times, window }) {
    super();
    this.#notices = page.querySelector(".notices");
    this.#section = page.querySelector(".list");
    this.#times = times;
    const [retry, rest] = [() => this.#poller.poll(), page.querySelector(".new-room summary")];
    this.#connection = new ConnectionStatus({ page, window, retry, rest });
    this.#pendingNavigation = pendingNavigation;
    this.#requests = requests;
    this.#window = window;
    this.#pointer = new Pointer({ root: this.#section, clock, window });
    this.#poller = new Poller({ subject: this, connection: this.#connection, clock, window });
  }

  // Lifecycle

  start() {
    this.#localize(this.#section);
    // A list of what was found stays as it is.
    if (this.#section.dataset.find !== undefined) return;
    this.#pointer.start();
    this.#connection.start();
    this.#poller.start();
  }

  stop() {
    this.#pointer.stop();
    this.#poller.stop();
  }

  // Poller's delegate

  ask(signal) {
    const { version, page } = (this.#fresh?.querySelector(".list") ?? this.#section).dataset;
    const query = new URLSearchParams({ after: version, page });
    return this.#requests.ask(`/rooms/list?${query}`, { type: HTML_TYPE, signal });
  }

  // Nothing moves while somebody points at it: an update waits until the pointer has gone, unless it tells of a deletion.
  answered({ status, body }) {
    if (this.#times.followTimeZone() || this.#times.followDay()) this.#localize(this.#section);
    if (status === 200) this.#fresh = parse(body, ".live-list");
    if (this.#fresh && (!this.#pointer.isBusy || this.#hasNews)) this.#update();
    if (status !== 200 && status !== 204 && !this.#pendingNavigation.isPending) {
      this.stop();
      this.#window.location.replace("/rooms");
    }
    return false;
  }

  // Internal

  get #hasNews() {
    return this.#fresh.querySelector(".notices .notice--news") && !this.#notices.querySelector(".notice--news");
  }

  #update() {
    this.#localize(this.#fresh);
    // A page that is open already keeps its focus and its place.
    this.#fresh.querySelectorAll("[autofocus]").forEach((element) => element.removeAttribute("autofocus"));
    const told = this.#notices.textContent;
    morph(this.#notices, this.#fresh.querySelector(".notices"));
    morph(this.#section, this.#fresh.querySelector(".list"));
    this.#fresh = null;
    if (this.#notices.querySelector(".notice") && this.#notices.textContent !== told) this.dispatchEvent(new Event("notice"));
  }

  #localize(root) {
    root.querySelectorAll("time").forEach((time) => this.#times.localizeBriefly(time));
  }
}
