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
  #isOwner;
  #address;
  #editing;
  #outbox;
  #clock;
  #button; // of the message whose menu is open, or was
  #stop; // the button that Tab reaches
  #copied; // the timer that closes the menu after a copy

  // menu: a popover · dialog: asks before a deletion · address: of the room
  constructor({ menu, dialog, root, timeline, isOwner, address, editing, outbox, clock }) {
    this.#menu = menu;
    this.#dialog = dialog;
    this.#root = root;
    this.#timeline = timeline;
    this.#isOwner = isOwner;
    this.#address = address;
    this.#editing = editing;
    this.#outbox = outbox;
    this.#clock = clock;
  }

  start() {
    this.#listen("addEventListener");
    this.#offer();
  }

  stop() {
    this.#listen("removeEventListener");
    this.#menu.hidePopover();
    this.#dialog.close();
  }

  // Events

  #listen(change) {
    this.#root[change]("click", this.#pressed);
    this.#root[change]("keydown", this.#movedBetweenButtons);
    this.#menu[change]("toggle", this.#toggled);
    this.#menu[change]("click", this.#chosen);
    this.#menu[change]("keydown", this.#movedInMenu);
    this.#dialog[change]("close", this.#answered);
    for (const type of ["append", "change", "extend", "replace"]) this.#timeline[change](type, this.#offer);
  }

  // Before the browser opens the menu.
  #pressed = ({ target }) => {
    const button = target.closest(".message__more-actions");
    if (!button) return;
    this.#clock.clearTimeout(this.#copied);
    if (this.#button && this.#button !== button) this.#close();
    this.#button = button;
    this.#moveStop(button);
    const isMine = this.#message.matches(".message--mine");
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
    if (this.#dialog.returnValue === "delete" && this.#button.isConnected) this.#outbox.delete(this.#seq);
  };

  // Internal

  get #message() {
    return this.#button.closest(".message");
  }

  get #seq() {
    return Number(this.#message.dataset.seq);
  }

  get #items() {
    return [...this.#menu.querySelectorAll("button:not([hidden])")];
  }

  // The browser opens it for another message only where it is not open.
  #close() {
    this.#menu.hidePopover();
    this.#button.ariaExpanded = "false";
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
    this.#dialog.querySelector(".quoted__text").textContent = beginningOf(this.#message.querySelector(".message__body"));
    this.#dialog.returnValue = "";
    this.#dialog.showModal();
  }

  #offer = () => {
    if (this.#button?.isConnected === false) this.#menu.hidePopover();
    const isInUse = this.#menu.matches(":popover-open") || this.#dialog.open || this.#stop?.matches(":focus");
    if (!isInUse) this.#moveStop(this.#timeline.newestButton);
  };

  #moveStop(button) {
    if (this.#stop) this.#stop.tabIndex = -1;
    this.#stop = button;
    if (button) button.tabIndex = 0;
  }
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
