// Synchronization of a room with the server: the requests for its messages, and what each answer changes.

import { parse } from "../lib/fragments.js";
import { Poller } from "../lib/poller.js";
import { ProtocolError, report } from "../lib/protocol_error.js";
import { HTML_TYPE, JSON_TYPE } from "../lib/requests.js";
import { NO_ACCESS } from "../lib/statuses.js";
import { historyOf } from "./timeline.js";

export class RoomSync {
  #page;
  #ledger;
  #changes;
  #timeline;
  #people;
  #requests;
  #document;
  #poller;
  #delegate;
  #reloading = null;

  // delegate: refused(answer)
  constructor({ page, ledger, changes, timeline, people, requests, connection, clock, window, delegate }) {
    this.#page = page;
    this.#ledger = ledger;
    this.#changes = changes;
    this.#timeline = timeline;
    this.#people = people;
    this.#requests = requests;
    this.#document = window.document;
    this.#poller = new Poller({ subject: this, connection, clock, window });
    this.#delegate = delegate;
  }

  // Lifecycle

  start() {
    this.#timeline.offerEarlier(this.#ledger.hasEarlier);
    this.#poller.start();
  }

  stop() {
    this.#poller.stop();
  }

  poll() {
    this.#poller.poll();
  }

  // For the poller

  async ask(signal) {
    const asked = this.#ledger.position;
    const query = new URLSearchParams({ after: asked.cursor, people: this.#people.version });
    const answer = await this.#requests.ask(`${this.#messages}?${query}`, { type: JSON_TYPE, signal });
    return { ...answer, asked };
  }

  async answered(answer) {
    this.#timeline.followTime();
    if (answer.status === 204) return false;
    if (answer.status === 200) return this.#take(answer);
    if (NO_ACCESS.has(answer.status)) this.refused(answer);
    // 409: a cursor of another history. 422: not a cursor.
    else await this.#resync(new ProtocolError(answer.body?.detail ?? `answer ${answer.status}`));
    return false;
  }

  // For the outbox

  // keepalive: the request goes on if the page is closed.
  async send({ body, nonce, about }) {
    const asked = this.#ledger.position;
    const change = body === undefined ? "delete" : "edit";
    const address = about === undefined ? this.#messages : `${this.#messages}/${about}/${change}`;
    const answer = await this.#requests.ask(`${address}?after=${asked.cursor}`, {
      type: JSON_TYPE,
      method: "POST",
      headers: { "Content-Type": JSON_TYPE },
      body: JSON.stringify({ body, nonce }),
      keepalive: true,
    });
    return { ...answer, asked };
  }

  async sent(answer) {
    // Where a reload failed, the next poll finds the same error.
    if (await this.#take(answer).catch(() => true)) this.#poller.poll();
  }

  // For Editing → a message as its author wrote it, which its parts do not tell; throws when there is none.
  async textOf(seq) {
    const { status, body } = await this.#requests.ask(`${this.#page}/messages/${seq}/edit`, { type: HTML_TYPE });
    if (status !== 200) throw new Error(`answer ${status}`);
    return parse(body, "main textarea").value;
  }

  refused(answer) {
    this.#delegate.refused(answer);
  }

  // For EarlierMessages → whether there may be more; throws when nothing could be loaded.
  loadEarlier() {
    return this.#changes.during(() => this.#loadEarlier());
  }

  // Internal

  get #messages() {
    return `/api${this.#page}/messages`;
  }

  async #loadEarlier() {
    const asked = this.#ledger.position;
    const { first } = this.#ledger;
    const answer = await this.#requests.ask(`${this.#messages}?before=${first}`, { type: JSON_TYPE });
    // Replaced, or trimmed, meanwhile: what was asked for leads up to nothing.
    if (asked.generation !== this.#ledger.position.generation || first !== this.#ledger.first) return true;
    if (answer.status !== 200) {
      this.refused(answer);
      return false;
    }
    try {
      this.#ledger.prepend(answer.body, asked);
      this.#timeline.prepend(this.#changes.load(answer.body.messages), this.#ledger.hasEarlier);
    } catch (error) {
      await this.#resync(error);
    }
    return true;
  }

  // → whether there is more
  async #take({ body, asked }) {
    try {
      const fresh = this.#ledger.following(body.messages, asked);
      this.#timeline.append(this.#changes.in(fresh));
      this.#changes.append(fresh);
      this.#ledger.append(fresh);
      if (this.#timeline.trim()) this.#forgetBefore(this.#timeline.first);
    } catch (error) {
      await this.#resync(error);
      return false;
    }
    this.#people.update(body.people);
    return body.more;
  }

  #forgetBefore(first) {
    this.#ledger.forgetBefore(first);
    this.#changes.forgetBefore(first);
  }

  // The server is right: the page's history is replaced, in place.
  async #resync(error) {
    report(error, this.#document);
    this.#reloading ??= this.#reload().finally(() => (this.#reloading = null));
    await this.#reloading;
  }

  async #reload() {
    const { status, body } = await this.#requests.ask(this.#page, { type: HTML_TYPE });
    const fresh = status === 200 && parse(body, "main.room");
    if (!fresh) return this.refused({ status });
    const history = historyOf(fresh);
    this.#ledger.replace(history);
    this.#changes.replace(history.entries);
    this.#timeline.replace(fresh.querySelector(".log__history"), this.#ledger.hasEarlier);
    this.#people.show(fresh.querySelector(".people"));
  }
}
