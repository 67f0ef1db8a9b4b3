// Timeline: the elements of a room's messages, in order. Knows nothing of cursors, and does not read the page to
// learn what it shows.

import { reading } from "./changes.js";
import { Chunks } from "./chunks.js";

// In a tab that stays open the oldest messages are taken out: every message costs more the more there are. Not while
// somebody reads above the end: what they read, and all that comes below it, stays until they are at the end again.
const SHOWN_MAX = 1_000;
const SHOWN_KEPT = 500;

// Dispatches `append` with the messages and their elements before anything is scrolled, `change` with the change of a
// message and the message's element, `extend` with nothing, `miss` with messages that are not shown, and `replace`.
export class Timeline extends EventTarget {
  #element;
  #history;
  #appended;
  #messages;
  #follower;
  #chunks;
  #shown;
  #note;

  constructor({ element, messages, follower }) {
    super();
    this.#element = element;
    this.#history = element.querySelector(".log__history");
    this.#appended = element.querySelector(".log__appended");
    this.#messages = messages;
    this.#follower = follower;
  }

  // at: the seq of the message to begin at, or none
  start(at) {
    this.localize();
    const marked = at && this.#shown.find(({ dataset }) => Number(dataset.seq) >= at);
    this.#follower.start(this, marked);
    if (marked) mark(marked);
  }

  get chunks() {
    return this.#chunks.all;
  }

  // The seq of the oldest.
  get first() {
    return Number(this.#shown[0].dataset.seq);
  }

  // The newest element, or none, and its seq.
  get last() {
    return this.#shown.at(-1);
  }

  get newest() {
    return Number(this.last?.dataset.seq ?? 0);
  }

  // The newest message of one's own that can be edited: its seq, or none.
  get newestOwn() {
    const element = this.#shown.findLast((it) => it.matches(".message--mine:not(.message--deleted)"));
    return element && Number(element.dataset.seq);
  }

  // Whether a message is on the page and deleted.
  isDeleted(seq) {
    return this.#shown.some((it) => Number(it.dataset.seq) === seq && it.matches(".message--deleted"));
  }

  // When a message was sent, or nothing where it is not on the page.
  sentAt(seq) {
    return this.#shown.find((it) => Number(it.dataset.seq) === seq)?.querySelector(".message__time").dateTime;
  }

  // The button of the newest message that has one, or none.
  get newestButton() {
    return this.#shown.findLast((it) => !it.matches(".message--deleted"))?.querySelector(".message__more-actions");
  }

  followTime() {
    if (this.#messages.followTimeZone()) this.localize();
    this.#messages.followDay(this.#shown);
  }

  append({ messages, changes }) {
    if (messages.length > 0) this.#append(messages);
    for (const change of changes) this.#change(change);
    if (messages.length + changes.length > 0) this.#follower.contentChanged();
  }

  prepend(messages, hasEarlier) {
    const elements = messages.map((message) => this.#messages.build(message));
    this.#insert(elements);
    if (elements.length > 0) this.removeNote();
    this.#shown.unshift(...elements);
    let index = elements.length;
    while (index < this.#shown.length && this.#messages.group(this.#shown[index], this.#shown[index - 1])) index += 1;
    this.offerEarlier(hasEarlier);
    this.#follower.contentChanged();
  }

  // What follows what is shown and was said before: whoever reads stays where they are.
  extend(messages) {
    const elements = messages.map((message) => this.#messages.build(message));
    this.#chunks.add(elements, this.last, this.#history);
    if (elements.length > 0) this.removeNote();
    this.#shown.push(...elements);
    this.dispatchEvent(new Event("extend"));
    this.#follower.contentChanged();
  }

  // What was said now and does not follow what is shown.
  miss(messages) {
    if (messages.length === 0) return;
    this.dispatchEvent(new CustomEvent("miss", { detail: { messages } }));
    this.#follower.contentChanged();
  }

  // Takes out the oldest messages where there are many and the end is in view; *Earlier messages* brings them back
  // → whether it did
  trim() {
    if (this.#shown.length <= SHOWN_MAX || !this.#follower.isFollowing) return false;
    const { activeElement } = this.#element.ownerDocument;
    const removed = this.#chunks.trim(this.#shown.length - SHOWN_KEPT);
    if (removed === 0) return false;
    if (!activeElement?.isConnected) this.#follower.focus();
    this.#shown.splice(0, removed);
    this.#messages.lead(this.#shown[0]);
    this.offerEarlier(true);
    this.#follower.contentChanged();
    return true;
  }

  // That there is nothing yet.
  removeNote() {
    this.#note?.remove();
  }

  // The region is not live: a screen reader does not announce a replaced history.
  replace(history, hasEarlier) {
    this.#history.replaceChildren(...history.childNodes);
    this.#appended.replaceChildren();
    this.localize();
    this.offerEarlier(hasEarlier);
    this.dispatchEvent(new Event("replace"));
    this.#follower.contentChanged();
  }

  // A button takes the place of the link, which is for pages without script.
  offerEarlier(hasEarlier) {
    this.#history.querySelector("a.log__earlier")?.remove();
    const isFocused = this.#earlier.matches(":focus");
    this.#earlier.hidden = !hasEarlier;
    if (isFocused && !hasEarlier) this.#follower.focus();
  }

  // While there is something later that is not loaded, nothing new is shown.
  offerLater(hasLater) {
    for (const link of this.#element.querySelectorAll("a.log__later, a.log__newest")) link.remove();
    const isFocused = this.#later.matches(":focus");
    this.#later.hidden = !hasLater;
    if (isFocused && !hasLater) this.#follower.focus();
    this.#follower.hasLater = hasLater;
  }

  // Takes over what the server has rendered, or what was shown in another time zone.
  localize() {
    this.#note = this.#history.querySelector(".log__none");
    this.#shown = elementsOf(this.#element);
    for (const element of this.#shown) {
      this.#messages.localize(element);
      element.remove();
    }
    for (const old of this.#element.querySelectorAll(".day, .log__chunk")) old.remove();
    this.#chunks = new Chunks({ messages: this.#messages, document: this.#element.ownerDocument });
    this.#insert(this.#shown);
  }

  #append(messages) {
    const elements = messages.map((message) => this.#messages.build(message));
    this.#chunks.add(elements, this.last, this.#appended);
    this.#shown.push(...elements);
    this.removeNote();
    this.dispatchEvent(new CustomEvent("append", { detail: { messages, elements } }));
  }

  #change(change) {
    const element = this.#shown.findLast(({ dataset }) => Number(dataset.seq) === change.about);
    const isFocused = element.matches(":focus-within");
    this.#messages.change(element, reading(change));
    if (isFocused && !element.matches(":focus-within")) this.#follower.focus();
    this.dispatchEvent(new CustomEvent("change", { detail: { change, element } }));
  }

  get #earlier() {
    return this.#history.querySelector("button.log__earlier");
  }

  get #later() {
    return this.#element.querySelector("button.log__later");
  }

  #insert(elements) {
    const added = this.#element.ownerDocument.createDocumentFragment();
    this.#chunks.add(elements, undefined, added);
    this.#earlier.after(added);
  }
}

// What the server has rendered, as data.
export function historyOf(main) {
  const { cursor, first, last } = main.dataset;
  const messages = elementsOf(main).map(({ dataset: { seq, changed } }) => {
    return { seq: Number(seq), changed: Number(changed ?? 0) };
  });
  return { cursor, first: Number(first), last: Number(last), messages };
}

// Shows which message it is. Whoever reads with the keyboard or a screen reader goes on from there, but not whoever has
// begun to write.
function mark(element) {
  element.classList.add("message--marked");
  element.tabIndex = -1;
  if (!element.ownerDocument.activeElement?.value) element.focus({ preventScroll: true });
}

function elementsOf(root) {
  return [...root.querySelectorAll("[data-seq]")];
}
