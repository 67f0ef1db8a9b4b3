// Chunks: the log's messages, up to 200 of a day together. Of those that are complete the browser lays out and paints
// only what is near the view: beside 10,000 a message then costs about three times what it costs beside 100.

const SIZE = 200;

export class Chunks {
  #messages;
  #document;
  #all = [];
  #incomplete = [];

  constructor({ messages, document }) {
    this.#messages = messages;
    this.#document = document;
  }

  // In order. To look for them in the page would cost more than a message does.
  get all() {
    return this.#all;
  }

  // Puts elements at the end of `parent`, the first of them after `previous` (or none), with a separator where a day
  // begins.
  add(elements, previous, parent) {
    this.#complete();
    const begun = [];
    const isPrepended = previous === undefined;
    for (const element of elements) {
      const last = parent.lastElementChild;
      if (!this.#hasRoom(last, element, previous)) begun.push(this.#begin(parent));
      parent.lastElementChild.append(element);
      this.#messages.group(element, previous);
      previous = element;
    }
    this.#all = isPrepended ? [...begun, ...this.#all] : [...this.#all, ...begun];
    this.#incomplete.push(...begun);
  }

  // Removes the oldest chunks, whole, up to `most` messages in all → how many messages
  trim(most) {
    let removed = 0;
    while (removed + this.#all[0].childElementCount <= most) {
      const chunk = this.#all.shift();
      removed += chunk.childElementCount;
      this.#messages.forget(chunk.firstElementChild);
      chunk.remove();
    }
    return removed;
  }

  #hasRoom(chunk, element, previous) {
    if (chunk === null || chunk !== previous?.parentElement) return false;
    return chunk.childElementCount < SIZE && this.#messages.sameDay(element, previous);
  }

  #begin(parent) {
    const chunk = Object.assign(this.#document.createElement("div"), { className: "log__chunk" });
    parent.append(chunk);
    return chunk;
  }

  // All but the last one, which may grow. The size is what the scrollbar counts on while a chunk is skipped.
  #complete() {
    const last = this.#all.at(-1);
    const complete = this.#incomplete.filter((chunk) => chunk !== last);
    const sizes = complete.map((chunk) => chunk.offsetHeight);
    complete.forEach((chunk, index) => {
      chunk.style.containIntrinsicBlockSize = `auto ${sizes[index]}px`;
      chunk.classList.add("log__chunk--complete");
    });
    this.#incomplete = this.#incomplete.filter((chunk) => chunk === last);
  }
}
