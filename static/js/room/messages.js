// View of messages: builds their elements from the server's template, and groups neighbours.
//
// Author and time are kept here and not read back from the page, which browsers translate.

const GROUP_MS = 5 * 60_000;

export class Messages {
  #template;
  #times;
  #person;
  #document;
  #known = new WeakMap(); // element → { author, at, separator }

  constructor({ template, times, person, document }) {
    this.#template = template;
    this.#times = times;
    this.#person = person;
    this.#document = document;
  }

  // A fragment of new elements, grouped with `previous` (or none).
  build(messages, previous) {
    const fragment = this.#document.createDocumentFragment();
    for (const message of messages) {
      const element = this.#make(message);
      fragment.append(element);
      this.group(element, previous);
      previous = element;
    }
    return fragment;
  }

  // Shows a day separator above the first message of a day, and the author above the first of a group.
  group(element, previous) {
    const day = this.#dayOf(element);
    const sameDay = previous !== undefined && this.#dayOf(previous) === day;
    this.#separate(element, sameDay ? null : day);
    element.classList.toggle("message--continued", sameDay && this.#continues(element, previous));
  }

  // The first node of a message: its day separator, if it has one.
  topOf(element) {
    return this.#known.get(element).separator ?? element;
  }

  // Takes over elements that the server rendered, in the reader's time zone.
  localize(elements) {
    let previous;
    for (const element of elements) {
      if (!this.#known.has(element)) this.#remember(element, authorOf(element).textContent);
      this.#times.localize(timeOf(element));
      this.group(element, previous);
      previous = element;
    }
  }

  followTimeZone(elements) {
    if (this.#times.renew()) this.localize(elements);
  }

  #make(message) {
    const element = this.#template.content.cloneNode(true).querySelector(".message");
    element.dataset.seq = message.seq;
    element.dataset.tag = message.tag;
    element.classList.toggle("message--mine", message.author === this.#person);
    authorOf(element).textContent = message.author;
    const [letter] = message.author;
    Object.assign(element.querySelector(".initial").dataset, { hue: message.hue, letter });
    element.querySelector(".message__body").append(...(message.parts ?? [message.body]).map(this.#part));
    if (!message.tall) element.querySelector(".message__more").remove();
    timeOf(element).dateTime = message.sent_at;
    this.#times.localize(timeOf(element));
    this.#remember(element, message.author);
    return element;
  }

  // Plain text is a string; whatever else the server finds in a text has a `text` to show.
  #part = (part) => {
    if (typeof part === "string") return part;
    const { link: href, text } = part;
    if (href === undefined) return text;
    const link = this.#document.createElement("a");
    Object.assign(link, { href, dir: "ltr", rel: "noopener noreferrer nofollow", target: "_blank", textContent: text });
    return link;
  };

  #remember(element, author) {
    this.#known.set(element, { author, at: Date.parse(timeOf(element).dateTime) });
  }

  #dayOf(element) {
    return this.#times.day(this.#known.get(element).at);
  }

  #continues(element, previous) {
    const [said, before] = [this.#known.get(element), this.#known.get(previous)];
    return said.author === before.author && said.at - before.at <= GROUP_MS;
  }

  #separate(element, day) {
    const known = this.#known.get(element);
    if (day === null) {
      known.separator?.remove();
      delete known.separator;
    } else {
      known.separator ??= Object.assign(this.#document.createElement("p"), { className: "day" });
      known.separator.textContent = day;
      element.before(known.separator);
    }
  }
}

function timeOf(element) {
  return element.querySelector(".message__time");
}

function authorOf(element) {
  return element.querySelector(".message__author");
}
