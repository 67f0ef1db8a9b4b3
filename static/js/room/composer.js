// Composer, the message box: with a keyboard Enter sends and Shift+Enter breaks the line, on a touch screen Enter
// breaks the line and the button sends. What is typed is stored as a draft until it is in the outbox. While a message is
// edited, its text is in the box, and the draft is put back after it.

import { lengthOf, normalized } from "./texts.js";

const COUNT_WITHIN = 200;
// How long a form that was submitted before the script ran may take to be answered.
const FORM_TIMEOUT_MS = 5_000;

export class Composer {
  #form;
  #box;
  #counter;
  #error;
  #editingBar;
  #sendLabel;
  #draft;
  #editing;
  #limit;
  #touch;
  #outbox;
  #follower;
  #newest;
  #clock;
  #prefilled = "";

  // touch: a media query that matches while the page is used by touch
  constructor({ form, draft, editing, touch, outbox, follower, newest, clock }) {
    this.#form = form;
    this.#box = form.querySelector(".composer__body");
    this.#counter = form.querySelector(".composer__counter");
    this.#error = form.querySelector(".composer__error");
    this.#editingBar = form.querySelector(".composer__editing");
    this.#sendLabel = form.querySelector(".composer__send .hidden-label");
    this.#limit = Number(this.#box.dataset.limit);
    this.#draft = draft;
    this.#editing = editing;
    this.#touch = touch;
    this.#outbox = outbox;
    this.#follower = follower;
    this.#newest = newest;
    this.#clock = clock;
  }

  start() {
    this.#listen();
    this.#touchChanged();
    this.#restoreDraft();
    if (this.#editing.isOn) this.#turn();
  }

  // Puts an unsent message back, above what has been typed since.
  restore(text) {
    this.#editing.setAside();
    this.#box.value = [text, this.#box.value].filter(Boolean).join("\n");
    this.#typed();
    this.focus();
  }

  focus() {
    this.#box.focus();
  }

  // For what is about to be hidden with the focus; under a finger that would bring up a keyboard.
  takeFocus() {
    if (this.#touch.matches) this.#follower.focus();
    else this.focus();
  }

  // Takes over the draft of another page, unless there is text here → whether it did
  adopt(text) {
    if (this.#box.value !== "" || this.#editing.isOn) return false;
    this.#box.value = text;
    this.#typed();
    return true;
  }

  // Text in the box was typed before the script ran, or put there by the server. It stays, below the stored
  // draft. It may have been submitted already, by the form itself: so for a while it is no draft, and when it is
  // sent it has the form's nonce. The browser must restore nothing later: it does not know what was sent.
  #restoreDraft() {
    const kept = this.#draft.value ?? "";
    this.#prefilled = normalized(this.#box.value);
    if (this.#box.value === "") this.#box.value = kept;
    else if (!this.#box.value.startsWith(kept)) this.#box.setRangeText(`${kept}\n`, 0, 0, "preserve");
    this.#form.autocomplete = "off";
    this.#measure();
    if (this.#prefilled !== "") this.#clock.setTimeout(() => this.#storeDraft(), FORM_TIMEOUT_MS);
  }

  #listen() {
    this.#form.addEventListener("submit", this.#submitted);
    this.#box.addEventListener("keydown", this.#keyPressed);
    this.#box.addEventListener("input", this.#typed);
    this.#box.addEventListener("compositionstart", this.#callOff);
    this.#box.ownerDocument.addEventListener("focusin", this.#focused);
    this.#touch.addEventListener("change", this.#touchChanged);
    this.#editing.addEventListener("change", this.#turned);
    this.#editingBar.addEventListener("click", this.#barPressed);
  }

  #touchChanged = () => {
    this.#box.enterKeyHint = this.#touch.matches ? "enter" : "send";
  };

  #submitted = (event) => {
    event.preventDefault();
    this.#callOff();
    if (this.#dropTaken()) return;
    const text = normalized(this.#box.value);
    if (text === "") {
      if (this.#editing.isOn) this.#showError("A message can’t be empty. You can delete it from its menu.");
      return;
    }
    if (lengthOf(text) > this.#limit) {
      this.#showError(`This message is too long. ${this.#count(text)} characters.`);
      return;
    }
    if (this.#editing.isOn) this.#editing.save(text);
    else this.#send(text);
    this.focus();
  };

  #send(text) {
    this.#newest.show();
    this.#outbox.add(text, text === this.#prefilled ? this.#form.elements.nonce.value : undefined);
    this.#prefilled = "";
    this.#box.value = "";
    this.#typed();
  }

  #keyPressed = (event) => {
    // A key that ends the composition of an input method does nothing else; 229 is how Safari reports it.
    if (event.isComposing || event.keyCode === 229) return;
    if (this.#acts(event)) event.preventDefault();
  };

  // → whether the key does something of ours
  #acts({ key, repeat, shiftKey, altKey, ctrlKey, metaKey }) {
    if (key === "Enter" && !shiftKey && !this.#touch.matches) {
      // A key held down would send the draft that an edit gives way to.
      if (!repeat) this.#form.requestSubmit();
      return true;
    }
    if (shiftKey || altKey || ctrlKey || metaKey) return false;
    if (key === "Escape") this.#callOff();
    if (key === "Escape" && this.#editing.isOn) {
      this.#editing.giveUp();
      return true;
    }
    return key === "ArrowUp" && this.#box.value === "" && !this.#editing.isOn && this.#editing.beginLast();
  }

  #barPressed = ({ target }) => {
    if (!target.closest("button")) return;
    this.#editing.giveUp();
    this.focus();
  };

  // It may end by itself, while its author is elsewhere on the page.
  #turned = () => {
    this.#turn();
    this.#showError("");
    if (this.#editing.isOn) this.focus();
  };

  // To the text that is edited, or back to the draft.
  #turn() {
    const { isOn } = this.#editing;
    // What was typed before the script ran may be no draft yet.
    if (isOn && this.#prefilled !== "") this.#draft.value = this.#box.value;
    this.#prefilled = "";
    this.#box.value = isOn ? this.#editing.text : (this.#draft.value ?? "");
    this.#editingBar.querySelector(".composer__editing-label").textContent = isOn ? "Editing your message" : "";
    this.#editingBar.hidden = !isOn;
    this.#sendLabel.textContent = isOn ? "Save" : "Send";
    this.#measure();
  }

  #typed = () => {
    this.#callOff();
    if (this.#dropTaken()) return;
    this.#showError("");
    this.#storeDraft();
  };

  #callOff = () => this.#editing.callOff();

  #focused = ({ target }) => {
    if (target !== this.#box) this.#callOff();
  };

  #dropTaken() {
    if (!this.#editing.isTaken) return false;
    this.#editing.leaveTo(this.#box.value);
    this.#showError("Another tab has taken over this edit.");
    return true;
  }

  #showError(text) {
    this.#error.textContent = text;
    this.#box.ariaInvalid = text === "" ? null : "true";
  }

  #storeDraft() {
    if (this.#editing.isOn) this.#editing.text = this.#box.value;
    else this.#draft.value = normalized(this.#box.value) === "" ? undefined : this.#box.value;
    this.#measure();
  }

  #measure() {
    // A character has one UTF-16 unit at least, so a short text need not be counted.
    const near = this.#box.value.length > this.#limit - COUNT_WITHIN;
    const text = near ? normalized(this.#box.value) : "";
    const length = lengthOf(text);
    this.#counter.hidden = length <= this.#limit - COUNT_WITHIN;
    this.#counter.textContent = this.#counter.hidden ? "" : this.#count(text);
    this.#counter.classList.toggle("composer__counter--over", length > this.#limit);
    this.#box.rows = Math.min(8, this.#box.value.split("\n").length);
  }

  #count(text) {
    return `${lengthOf(text).toLocaleString("en")} of ${this.#limit.toLocaleString("en")}`;
  }
}
