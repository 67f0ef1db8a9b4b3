// The button over the log that leads to the first of the new messages, or else to the newest; hidden while the end is
// in view.

export class JumpButton {
  #button;
  #label;
  #messages;
  #follower;
  #newest;
  #hadLater = false;
  #first = null;
  #count = 0;
  #text;

  constructor({ button, messages, timeline, follower, newest }) {
    this.#button = button;
    this.#label = button.querySelector(".jump__label");
    this.#messages = messages;
    this.#follower = follower;
    this.#newest = newest;
    timeline.addEventListener("append", ({ detail }) => this.#appended(detail));
    timeline.addEventListener("miss", ({ detail }) => (this.#count += this.#othersIn(detail.messages).length));
    timeline.addEventListener("replace", () => this.#seen());
    follower.addEventListener("settle", () => this.#show());
    button.addEventListener("mousedown", keepFocus);
    button.addEventListener("click", () => this.#jump());
  }

  #appended({ messages, elements }) {
    const others = this.#othersIn(messages);
    this.#first ??= elements[messages.indexOf(others[0])] ?? null;
    this.#count += others.length;
  }

  #othersIn(messages) {
    return messages.filter((message) => !this.#messages.isMine(message));
  }

  #seen() {
    this.#first = null;
    this.#count = 0;
  }

  #jump() {
    if (this.#first) this.#follower.to(this.#first);
    else this.#newest.show();
  }

  #show() {
    const { isNearEnd: atEnd, hasLater } = this.#follower;
    // What was missed is loaded by now.
    if (this.#hadLater && !hasLater) this.#seen();
    this.#hadLater = hasLater;
    if (atEnd || (this.#first && this.#follower.reaches(this.#first))) this.#seen();
    if (atEnd && this.#button.hidden) return;
    const none = hasLater ? "Newest messages" : "Go to the newest messages";
    const label = this.#count > 0 ? `${this.#count} new message${this.#count > 1 ? "s" : ""}` : none;
    // Not read back from the page, which may be translated.
    if (this.#text !== label) this.#label.textContent = this.#text = label;
    this.#button.classList.toggle("jump--new", this.#count > 0);
    this.#button.classList.toggle("jump--labelled", this.#count > 0 || hasLater);
    this.#label.classList.toggle("hidden-label", this.#count === 0 && !hasLater);
    // Hidden, it would lose the focus.
    if (atEnd && this.#button.matches(":focus")) this.#follower.focus();
    this.#button.hidden = atEnd;
  }
}

function keepFocus(event) {
  event.preventDefault();
}
