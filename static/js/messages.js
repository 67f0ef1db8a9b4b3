// One message on the page: made from the server's own template, and put in order with its neighbours.

import { partsOf } from "./links.js";

const TOGETHER = 5 * 60_000;

export class Messages {
  #template;
  #times;
  #person;
  #document;

  constructor({ template, times, person, document }) {
    this.#template = template;
    this.#times = times;
    this.#person = person;
    this.#document = document;
  }

  // A fragment of new elements, arranged after `previous` (or none).
  build(messages, previous) {
    const fragment = this.#document.createDocumentFragment();
    for (const message of messages) {
      const element = this.#make(message);
      fragment.append(element);
      this.arrange(element, previous);
      previous = element;
    }
    return fragment;
  }

  // Day separator above, or none; author shown, or taken as read from the message before.
  arrange(element, previous) {
    const day = this.#dayOf(element);
    const sameDay = previous !== undefined && this.#dayOf(previous) === day;
    this.#separate(element, sameDay ? null : day);
    element.classList.toggle("message--continued", sameDay && this.#continues(element, previous));
  }

  // What the server rendered, in the reader's time.
  dress(elements) {
    let previous;
    for (const element of elements) {
      this.#times.localize(timeOf(element));
      this.arrange(element, previous);
      previous = element;
    }
  }

  #make(message) {
    const element = this.#template.content.cloneNode(true).querySelector(".message");
    element.dataset.seq = message.seq;
    element.dataset.tag = message.tag;
    element.classList.toggle("message--mine", message.author === this.#person);
    element.querySelector(".message__author").textContent = message.author;
    element.querySelector(".message__body").append(...partsOf(message.body).map(this.#part));
    timeOf(element).dateTime = message.sent_at;
    this.#times.localize(timeOf(element));
    return element;
  }

  #part = ({ text, href }) => {
    if (!href) return text;
    const link = this.#document.createElement("a");
    Object.assign(link, { href, rel: "noopener noreferrer nofollow", target: "_blank", textContent: text });
    return link;
  };

  #dayOf(element) {
    return this.#times.day(timeOf(element).dateTime);
  }

  #continues(element, previous) {
    const gap = Date.parse(timeOf(element).dateTime) - Date.parse(timeOf(previous).dateTime);
    return authorOf(element) === authorOf(previous) && gap <= TOGETHER;
  }

  #separate(element, day) {
    const above = element.previousElementSibling;
    const separator = above?.classList.contains("day") ? above : null;
    if (day === null) {
      separator?.remove();
    } else if (!separator) {
      const made = this.#document.createElement("p");
      made.className = "day";
      made.textContent = day;
      element.before(made);
    }
  }
}

export function bodyOf(element) {
  return element.querySelector(".message__body").textContent;
}

function timeOf(element) {
  return element.querySelector(".message__time");
}

function authorOf(element) {
  return element.querySelector(".message__author").textContent;
}
