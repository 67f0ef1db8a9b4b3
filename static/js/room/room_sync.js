// Synchronization of a room with the server: the requests for its messages, and what each answer changes.

import { parse } from "../lib/fragments.js";
import { Poller } from "../lib/poller.js";
import { ProtocolError, report } from "../lib/protocol_error.js";
import { HTML_TYPE, JSON_TYPE } from "../lib/requests.js";
import { NO_ACCESS } from "../lib/statuses.js";
import { isChange } from "./changes.js";
import { historyOf } from "./timeline.js";

const KINDS = new Set(["edited", "deleted"]);
// In UTF-16 units, of which each takes 3 bytes at most: the Fetch standard allows 64 KiB.
const KEEPALIVE_MAX = 20_000;

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

  // delegate: refused(answer) · atNewest(), when the page has come to reach to the end of the log
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
    this.#timeline.offerLater(this.#ledger.isDetached);
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

  async send({ body, nonce, about, sent_at }) {
    // The answer is to continue the page that is there then.
    if (this.#reloading) await this.#reloading.catch(() => {});
    const asked = this.#ledger.position;
    const change = body === undefined ? "delete" : "edit";
    const address = about === undefined ? this.#messages : `${this.#messages}/${about}/${change}`;
    const sent = JSON.stringify({ body, nonce, sent_at });
    const answer = await this.#requests.ask(`${address}?after=${asked.cursor}`, {
      type: JSON_TYPE,
      method: "POST",
      headers: { "Content-Type": JSON_TYPE },
      body: sent,
      // The request goes on if the page is closed. Of a longer one the browser would send nothing.
      keepalive: sent.length < KEEPALIVE_MAX,
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

  // For HistoryLoader → whether there may be more; both throw when nothing could be loaded.

  loadEarlier() {
    return this.#load("before", () => this.#ledger.first, (span, asked) => {
      this.#ledger.prepend(span, asked);
      this.#timeline.prepend(this.#changes.load(span.messages), this.#ledger.hasEarlier);
    });
  }

  async loadLater() {
    if (!this.#ledger.isDetached) return true;
    return this.#load("from", () => this.#ledger.last + 1, (span, asked) => {
      this.#ledger.extend(span, asked);
      this.#timeline.extend(this.#changes.load(span.messages));
      if (!this.#ledger.isDetached) this.#reachEnd();
    });
  }

  // For NewestMessages

  get isDetached() {
    return this.#ledger.isDetached;
  }

  // Puts the newest page in the place of this one; throws when it could not be loaded.
  async showNewest() {
    this.#reloading ??= this.#reload().finally(() => (this.#reloading = null));
    await this.#reloading;
  }

  // Internal

  get #messages() {
    return `/api${this.#page}/messages`;
  }

  // place: the number that is asked for, by what the page shows now · take: puts the answer there
  #load(parameter, place, take) {
    return this.#changes.during(() => this.#loadAt(parameter, place, take));
  }

  async #loadAt(parameter, place, take) {
    const [asked, number] = [this.#ledger.position, place()];
    const answer = await this.#requests.ask(`${this.#messages}?${parameter}=${number}`, { type: JSON_TYPE });
    // Replaced, or trimmed, meanwhile: the answer belongs nowhere.
    if (asked.generation !== this.#ledger.position.generation || number !== place()) return true;
    if (answer.status !== 200) {
      this.refused(answer);
      return false;
    }
    try {
      take(answer.body, asked);
    } catch (error) {
      await this.#resync(error);
    }
    return true;
  }

  // → whether there is more
  async #take({ body, asked }) {
    try {
      this.#append(this.#ledger.following(body.messages, asked));
      if (this.#timeline.trim()) this.#forgetBefore(this.#timeline.first);
    } catch (error) {
      await this.#resync(error);
      return false;
    }
    this.#people.update(body.people);
    return body.more;
  }

  // Messages are shown where the page reaches to them and does not show them already. A later server may know changes
  // that this page does not.
  #append(fresh) {
    const { isDetached, last } = this.#ledger;
    const isShown = (entry) => (isChange(entry) ? KINDS.has(entry.kind) : !isDetached && entry.seq > last);
    const shown = fresh.filter(isShown);
    this.#timeline.append(this.#changes.in(shown));
    if (isDetached) this.#timeline.miss(fresh.filter((entry) => !isChange(entry)));
    this.#changes.append(shown);
    this.#ledger.append(fresh);
  }

  #reachEnd() {
    this.#timeline.offerLater(false);
    this.#delegate.atNewest();
  }

  #forgetBefore(first) {
    this.#ledger.forgetBefore(first);
    this.#changes.forgetBefore(first);
  }

  // The server is right: the page's history is replaced, in place.
  async #resync(error) {
    report(error, this.#document);
    await this.showNewest();
  }

  async #reload() {
    const { status, body } = await this.#requests.ask(this.#page, { type: HTML_TYPE });
    const fresh = status === 200 && parse(body, "main.room");
    if (!fresh) return this.refused({ status });
    const history = historyOf(fresh);
    this.#ledger.replace(history);
    this.#changes.replace(history.messages);
    this.#timeline.replace(fresh.querySelector(".log__history"), this.#ledger.hasEarlier);
    this.#reachEnd();
    this.#people.show(fresh.querySelector(".people"));
  }
}
