// What is asked of the server about a room's messages, and what each answer means for the page.

import { Fault, report } from "../lib/fault.js";
import { parse } from "../lib/fragments.js";
import { GONE, HTML_TYPE, JSON_TYPE } from "../lib/requests.js";

export class Conversation {
  #page;
  #log;
  #people;
  #requests;
  #document;
  #delegate;
  #reloading = null;

  // delegate: refused(answer) · reloaded() · behind() when there is more to ask for
  constructor({ page, log, people, requests, document, delegate }) {
    this.#page = page;
    this.#log = log;
    this.#people = people;
    this.#requests = requests;
    this.#document = document;
    this.#delegate = delegate;
  }

  // For the poller

  async ask(signal) {
    const asked = this.#log.position;
    const query = new URLSearchParams({ after: asked.cursor, people: this.#people.version });
    const answer = await this.#requests.ask(`${this.#messages}?${query}`, { type: JSON_TYPE, signal });
    return { ...answer, asked };
  }

  async answered(answer) {
    this.#log.keepTime();
    if (answer.status === 204) return false;
    if (answer.status === 200) return this.#take(answer);
    if (GONE.has(answer.status)) this.#delegate.refused(answer);
    // 409: a position of another history. 422: one that is none.
    else await this.faulted(new Fault(answer.body?.detail ?? `answer ${answer.status}`));
    return false;
  }

  // For the outbox

  // `keepalive`: what was sent last goes out even when the page is closed at once.
  async send({ body, nonce }) {
    const asked = this.#log.position;
    const answer = await this.#requests.ask(`${this.#messages}?after=${asked.cursor}`, {
      type: JSON_TYPE,
      method: "POST",
      headers: { "Content-Type": JSON_TYPE },
      body: JSON.stringify({ body, nonce }),
      keepalive: true,
    });
    return { ...answer, asked };
  }

  async sent(answer) {
    if (await this.#take(answer)) this.#delegate.behind();
  }

  // For everybody

  // The page and the server disagree, so the page is wrong: its history is read anew, in place.
  async faulted(error) {
    report(error, this.#document);
    this.#reloading ??= this.#reload().finally(() => (this.#reloading = null));
    await this.#reloading;
  }

  // Internal

  get #messages() {
    return `/api${this.#page}/messages`;
  }

  // → whether there is more
  async #take({ body, asked }) {
    try {
      this.#log.append(body.messages, asked);
    } catch (error) {
      await this.faulted(error);
      return false;
    }
    this.#people.update(body.people);
    return body.more;
  }

  async #reload() {
    const { status, body } = await this.#requests.ask(this.#page, { type: HTML_TYPE });
    const fresh = status === 200 && parse(body, "main.room");
    if (!fresh) return this.#delegate.refused({ status });
    this.#log.replace(fresh.querySelector(".log__history"), fresh.dataset.cursor);
    this.#people.show(fresh.querySelector(".people"));
    return this.#delegate.reloaded();
  }
}
