// Timeline: the elements of a room's messages, in order. Knows nothing of cursors, and does not read the page to
// learn what it shows.

export class Timeline {
  #element;
  #history;
  #appended;
  #messages;
  #follower;
  #shown;

  constructor({ element, messages, follower }) {
    this.#element = element;
    this.#history = element.querySelector(".log__history");
    this.#appended = element.querySelector(".log__appended");
    this.#messages = messages;
    this.#follower = follower;
  }

  start() {
    this.#localize();
    this.#element.addEventListener("copy", copyPlainly);
    this.#follower.start();
  }

  stop() {
    this.#element.removeEventListener("copy", copyPlainly);
    this.#follower.stop();
  }

  followTimeZone() {
    this.#messages.followTimeZone(this.#shown);
  }

  append(messages) {
    if (messages.length === 0) return;
    const added = this.#messages.build(messages, this.#shown.at(-1));
    this.#shown.push(...elementsOf(added));
    this.#element.querySelector(".log__none")?.remove();
    this.#appended.append(added);
    this.#follower.contentAdded();
  }

  prepend(messages, hasEarlier) {
    if (messages.length === 0) return;
    const [first] = this.#shown;
    const added = this.#messages.build(messages);
    this.#shown.unshift(...elementsOf(added));
    this.#follower.keepInPlace(first, () => {
      this.#messages.topOf(first).before(added);
      this.#messages.group(first, this.#shown[messages.length - 1]);
      this.offerEarlier(hasEarlier);
    });
  }

  // The region is not live: a screen reader does not announce a replaced history.
  replace(history, hasEarlier) {
    this.#history.replaceChildren(...history.childNodes);
    this.#appended.replaceChildren();
    this.#localize();
    this.offerEarlier(hasEarlier);
    this.#follower.contentAdded();
  }

  // A button takes the place of the link, which is for pages without script.
  offerEarlier(hasEarlier) {
    this.#history.querySelector("a.log__earlier")?.remove();
    this.#history.querySelector("button.log__earlier").hidden = !hasEarlier;
  }

  // Takes over what the server has rendered.
  #localize() {
    this.#shown = elementsOf(this.#history);
    this.#messages.localize(this.#shown);
  }
}

// The entries of what the server has rendered, as data.
export function entriesOf(root) {
  return elementsOf(root).map(({ dataset: { seq, tag } }) => ({ seq: Number(seq), tag }));
}

function elementsOf(root) {
  return [...root.querySelectorAll("[data-seq]")];
}

// As plain text, with author and time of each message: a copy with styles would hide them where the page does.
function copyPlainly(event) {
  event.clipboardData.setData("text/plain", event.currentTarget.ownerDocument.getSelection().toString());
  event.preventDefault();
}
