// The button over the log that leads to the first of the new messages, or else to the end; hidden while the end is in
// view.

export class JumpButton {
  #button;
  #label;
  #messages;
  #follower;
  #first = null;
  #count = 0;

  constructor({ button, messages, timeline, follower }) {
    this.#button = button;
    this.#label = button.querySelector(".jump__label");
    this.#messages = messages;
    this.#follower = follower;
    timeline.addEventListener("append", ({ detail }) => this.#appended(detail));
    timeline.addEventListener("replace", () => this.#seen());
    follower.addEventListener("settle", () => this.#show());
    button.addEventListener("mousedown", keepFocus);
    button.addEventListener("click", () => this.#jump());
  }

  #appended({ messages, elements }) {
    const others = elements.filter((_, index) => !this.#messages.isMine(messages[index]));
    this.#first ??= others[0] ?? null;
    this.#count += others.length;
  }

  #seen() {
    this.#first = null;
    this.#count = 0;
  }

  #jump() {
    if (this.#first) this.#follower.to(this.#first);
    else this.#follower.toEnd();
  }

  #show() {
    const atEnd = this.#follower.isNearEnd;
    if (atEnd || (this.#first && this.#follower.reaches(this.#first))) this.#seen();
    if (atEnd && this.#button.hidden) return;
    const label = this.#count > 0 ? `${this.#count} new message${this.#count > 1 ? "s" : ""}` : "Go to the newest messages";
    if (this.#label.textContent !== label) this.#label.textContent = label;
    this.#button.classList.toggle("jump--new", this.#count > 0);
    this.#label.classList.toggle("hidden-label", this.#count === 0);
    // Hidden, it would lose the focus.
    if (atEnd && this.#button.matches(":focus")) this.#follower.focus();
    this.#button.hidden = atEnd;
  }
}

function keepFocus(event) {
  event.preventDefault();
}
