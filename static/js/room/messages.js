// View of messages: builds their elements from the server's template, and groups neighbours.
//
// Author and time are kept here and not read back from the page, which browsers translate.

import { showMessageLinks } from "./message_links.js";
import { nodesOf } from "./parts.js";

// How long after the first of a group its author's next message still belongs to it; the same in
// `web/messages/view.rs`.
const GROUP_MS = 5 * 60_000;

export class Messages {
  #template;
  #menu;
  #times;
  #person;
  #here;
  #document;
  #known = new WeakMap(); // element → { author, at, start, separator }

  // menu: what the button of a message opens
  constructor({ template, menu, times, person, room, document }) {
    this.#template = template;
    this.#menu = menu;
    this.#times = times;
    this.#person = person;
    this.#here = { room, origin: document.location.origin };
    this.#document = document;
  }

  isMine({ author }) {
    return author === this.#person;
  }

  build(message) {
    const element = this.#template.content.cloneNode(true).querySelector(".message");
    element.id = `m${message.seq}`;
    element.dataset.seq = message.seq;
    element.classList.toggle("message--mine", this.isMine(message));
    // Whoever has written it knows it: a screen reader does not announce it.
    if (this.isMine(message)) element.ariaLive = "off";
    authorOf(element).textContent = message.author;
    const [letter] = message.author;
    Object.assign(element.querySelector(".initial").dataset, { hue: message.hue, letter });
    timeOf(element).dateTime = message.sent_at;
    this.#fill(element, message);
    this.localize(element);
    return element;
  }

  // What is not in the log yet, as it will be there.
  buildPending(body, { tall, at }) {
    const sent_at = new Date(at).toISOString();
    const element = this.build({ author: this.#person, body, tall, sent_at });
    element.classList.add("message--pending");
    element.querySelector(".message__more-actions").remove();
    for (const name of ["id", "data-seq"]) element.removeAttribute(name);
    return element;
  }

  // Shows a message as it reads after a change, in its place. A screen reader finds it there and does not announce it.
  change(element, reading) {
    element.ariaLive = "off";
    this.#fill(element, reading);
    this.localize(element);
  }

  // What stands beside an element goes with it.
  forget(element) {
    this.#known.get(element).separator?.remove();
  }

  // Shows a day separator above the first message of a day, and the author above the first of a group → whether
  // the group changed, which is measured from its first message.
  group(element, previous) {
    const known = this.#known.get(element);
    const sameDay = this.sameDay(element, previous);
    this.#separate(element, sameDay);
    const continued = sameDay && this.#continues(known, this.#known.get(previous));
    const start = continued ? this.#known.get(previous).start : known.at;
    const changed = start !== known.start;
    known.start = start;
    element.classList.toggle("message--continued", continued);
    return changed;
  }

  // Shows day and author above what is first now that nothing stands before it. Its group still begins where it began:
  // the others stay as they are.
  lead(element) {
    this.#separate(element, false);
    element.classList.remove("message--continued");
  }

  sameDay(element, previous) {
    return previous !== undefined && this.#dayOf(previous) === this.#dayOf(element);
  }

  // Takes over an element that the server rendered, in the reader's time zone.
  localize(element) {
    if (!this.#known.has(element)) this.#remember(element, authorOf(element).textContent);
    this.#times.localize(timeOf(element));
    showMessageLinks(element, this.#here);
    const edited = element.querySelector(".message__changed-at");
    if (edited) this.#times.localizeBriefly(edited);
    this.#equip(element.querySelector(".message__more-actions"));
  }

  // → whether times have to be localized again
  followTimeZone() {
    return this.#times.followTimeZone();
  }

  // Today becomes yesterday.
  followDay(elements) {
    if (!this.#times.followDay()) return;
    for (const element of elements) this.#nameDay(this.#known.get(element));
  }

  // Without a script the button leads to a page.
  #equip(button) {
    if (!button || button.popoverTargetElement === this.#menu) return;
    for (const name of ["form", "formaction"]) button.removeAttribute(name);
    Object.assign(button, { type: "button", tabIndex: -1, popoverTargetElement: this.#menu, ariaHasPopup: "menu" });
  }

  // What may change of a message.
  #fill(element, { body, parts, tall, changed, changed_at, deleted_by }) {
    const isDeleted = deleted_by !== undefined;
    const text = isDeleted ? this.#deletedBy(deleted_by) : nodesOf(parts ?? [body], this.#document);
    element.querySelector(".message__body").replaceChildren(...text);
    element.classList.toggle("message--deleted", isDeleted);
    if (changed) element.dataset.changed = changed;
    else delete element.dataset.changed;
    this.#has(element, { more: !isDeleted && tall, changed: !isDeleted && changed, "more-actions": !isDeleted });
    const edited = element.querySelector(".message__changed-at");
    if (edited) edited.dateTime = changed_at;
  }

  #deletedBy(name) {
    const author = this.#document.createElement("bdi");
    author.translate = false;
    author.textContent = name;
    return ["deleted by ", author];
  }

  // Adds and removes what not every message has. What it has already stays as it is.
  #has(element, parts) {
    let previous = element.querySelector(".message__body");
    for (const [name, isWanted] of Object.entries(parts)) {
      const find = (root) => root.querySelector(`.message__${name}`);
      const there = find(element);
      if (!isWanted) there?.remove();
      else if (!there) previous.after(find(this.#template.content).cloneNode(true));
      previous = find(element) ?? previous;
    }
  }

  #remember(element, author) {
    this.#known.set(element, { author, at: Date.parse(timeOf(element).dateTime) });
  }

  #dayOf(element) {
    return this.#times.day(this.#known.get(element).at);
  }

  #continues(said, before) {
    return said.author === before.author && said.at - before.start <= GROUP_MS;
  }

  #separate(element, sameDay) {
    const known = this.#known.get(element);
    known.separator?.remove();
    delete known.separator;
    if (sameDay) return;
    known.separator = Object.assign(this.#document.createElement("p"), { className: "day" });
    this.#nameDay(known);
    (element.closest(".log__chunk") ?? element).before(known.separator);
  }

  #nameDay({ separator, at }) {
    if (separator) this.#times.nameDay(separator, at);
  }
}

function timeOf(element) {
  return element.querySelector(".message__time");
}

function authorOf(element) {
  return element.querySelector(".message__author");
}
