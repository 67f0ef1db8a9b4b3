// The menu of a message: edit it, copy its link, delete it. One menu for all messages, which the button of each opens.
// Of these buttons Tab reaches one, the one in use or else the newest; arrow keys lead from there to the others.

import { copyText } from "../lib/clipboard.js";

const COPIED_MS = 1_000;
// How much of a message is shown before it is deleted; the same in `templates/messages/_quoted`.
const QUOTED_MAX = 300;

export class MessageMenu {
  #menu;
  #dialog;
  #root;
  #timeline;
  #follower;
  #composer;
  #isOwner;
  #address;
  #editing;
  #outbox;
  #clock;
  #button; // of the message whose menu is open, or was,
  #seq; // its number
  #sentAt; // and when it was sent: in another history the number may be of another message
  #stop; // the button that Tab reaches
  #copied; // the timer that closes the menu after a copy

  // menu: a popover · dialog: asks before a deletion · address: of the room
  constructor({ menu, dialog, root, timeline, follower, composer, isOwner, address, editing, outbox, clock }) {
    this.#menu = menu;
    this.#dialog = dialog;
    this.#root = root;
    this.#timeline = timeline;
    this.#follower = follower;
    this.#composer = composer;
    this.#isOwner = isOwner;
    this.#address = address;
    this.#editing = editing;
    this.#outbox = outbox;
    this.#clock = clock;
  }

  start() {
    this.#listen();
    this.#offer();
  }

  // Events

  #listen() {
    this.#root.addEventListener("click", this.#pressed);
    this.#root.addEventListener("keydown", this.#movedBetweenButtons);
    this.#menu.addEventListener("toggle", this.#toggled);
    this.#menu.addEventListener("click", this.#chosen);
    this.#menu.addEventListener("keydown", this.#movedInMenu);
    this.#dialog.addEventListener("close", this.#answered);
    for (const type of ["append", "change", "extend", "replace"]) this.#timeline.addEventListener(type, this.#changed);
  }

  // Before the browser opens the menu.
  #pressed = ({ target }) => {
    const button = target.closest(".message__more-actions");
    if (!button) return;
    this.#clock.clearTimeout(this.#copied);
    if (this.#button && this.#button !== button) this.#close();
    this.#button = button;
    this.#moveStop(button);
    const message = button.closest(".message");
    this.#seq = Number(message.dataset.seq);
    this.#sentAt = sentAt(message);
    const isMine = message.matches(".message--mine");
    this.#item("edit").hidden = !isMine;
    this.#item("delete").hidden = !isMine && !this.#isOwner;
    this.#item("copy-link").textContent = "Copy link";
    this.#items.forEach((item, index) => (item.autofocus = index === 0));
  };

  #toggled = ({ newState }) => {
    this.#button.ariaExpanded = newState === "open";
  };

  #chosen = ({ target }) => {
    const item = target.closest("button");
    if (item === this.#item("copy-link")) return this.#copyLink();
    this.#menu.hidePopover();
    if (item === this.#item("edit")) this.#editing.begin(this.#seq);
    if (item === this.#item("delete")) this.#ask();
  };

  #movedInMenu = (event) => {
    if (event.key === "Tab") this.#menu.hidePopover();
    else moveFocus(event, this.#items, { wraps: true });
  };

  #movedBetweenButtons = (event) => {
    if (!event.target.matches(".message__more-actions")) return;
    const moved = moveFocus(event, [...this.#root.querySelectorAll(".message__more-actions")]);
    if (moved) this.#moveStop(moved);
  };

  #answered = () => {
    this.#quoted.textContent = "";
    const isDeletion = this.#dialog.returnValue === "delete";
    if (isDeletion && !this.#timeline.isDeleted(this.#seq)) {
      this.#outbox.delete({ about: this.#seq, sent_at: this.#sentAt });
    }
    // The button had the focus before, and goes with what is deleted.
    if (isDeletion) this.#composer.takeFocus();
    else if (!this.#button.isConnected) this.#follower.focus();
    this.#offer();
  };

  // What is on the page may have been deleted, edited or replaced.
  #changed = ({ type }) => {
    if (!this.#button?.isConnected && this.#menu.matches(":popover-open")) this.#drop();
    if (this.#dialog.open) this.#askAgain(type);
    this.#offer();
  };

  // Internal

  // As it is on the page now, or none.
  get #message() {
    const message = this.#root.querySelector(`#m${this.#seq}`);
    return message && sentAt(message) === this.#sentAt ? message : undefined;
  }

  get #quoted() {
    return this.#dialog.querySelector(".quoted__text");
  }

  get #items() {
    return [...this.#menu.querySelectorAll("button:not([hidden])")];
  }

  // The browser opens it for another message only where it is not open.
  #close() {
    this.#menu.hidePopover();
    this.#button.ariaExpanded = "false";
  }

  // The button is gone, to which the focus would go back.
  #drop() {
    const isFocused = this.#menu.matches(":focus-within");
    this.#menu.hidePopover();
    if (isFocused) this.#follower.focus();
  }

  #item(name) {
    return this.#menu.querySelector(`.message-menu__${name}`);
  }

  #copyLink() {
    const copied = copyText(`${this.#address}?at=${this.#seq}#m${this.#seq}`, this.#menu.ownerDocument);
    this.#item("copy-link").textContent = copied ? "Copied" : "Could not be copied";
    this.#clock.clearTimeout(this.#copied);
    if (copied) this.#copied = this.#clock.setTimeout(() => this.#menu.hidePopover(), COPIED_MS);
  }

  #ask() {
    this.#quote();
    this.#dialog.returnValue = "";
    this.#dialog.showModal();
  }

  #quote() {
    const body = this.#message?.querySelector(".message__body");
    this.#quoted.textContent = body ? beginningOf(body) : "";
  }

  // As the message reads now. One that was taken out of a long page is still there; in what replaces the page, only if it
  // shows it.
  #askAgain(type) {
    const isGone = this.#message?.matches(".message--deleted") ?? type === "replace";
    if (isGone) this.#dialog.close();
    else if (this.#message) this.#quote();
  }

  #offer() {
    const isInUse = this.#menu.matches(":popover-open") || this.#dialog.open || this.#stop?.matches(":focus");
    if (!isInUse) this.#moveStop(this.#timeline.newestButton);
  }

  #moveStop(button) {
    if (this.#stop) this.#stop.tabIndex = -1;
    this.#stop = button;
    if (button) button.tabIndex = 0;
  }
}

function sentAt(message) {
  return message.querySelector(".message__time").dateTime;
}

function beginningOf(body) {
  const text = body.cloneNode(true);
  for (const button of text.querySelectorAll("button")) button.remove();
  const characters = [...text.textContent];
  return characters.slice(0, QUOTED_MAX).join("") + (characters.length > QUOTED_MAX ? "…" : "");
}

// Moves the focus within a list of controls, by a key that means it → to which
function moveFocus(event, controls, { wraps = false } = {}) {
  const last = controls.length - 1;
  const at = controls.indexOf(event.target);
  const beyond = (index) => (wraps ? (index + controls.length) % controls.length : Math.max(0, Math.min(last, index)));
  const index = { ArrowUp: beyond(at - 1), ArrowDown: beyond(at + 1), Home: 0, End: last }[event.key];
  if (index === undefined) return undefined;
  event.preventDefault();
  controls[index].focus();
  return controls[index];
}
