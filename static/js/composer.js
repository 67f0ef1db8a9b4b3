// The message box: Enter sends, Shift+Enter is a new line, and what is typed is kept until it is handed on.

import { lengthOf, tidied } from "./texts.js";

const NEAR = 200;

export class Composer {
  #form;
  #box;
  #counter;
  #error;
  #draft;
  #limit;
  #delegate;
  #started = false;

  // delegate: written(text)
  constructor({ form, draft, delegate }) {
    this.#form = form;
    this.#box = form.querySelector(".composer__body");
    this.#counter = form.querySelector(".composer__counter");
    this.#error = form.querySelector(".composer__error");
    this.#limit = Number(this.#box.dataset.limit);
    this.#draft = draft;
    this.#delegate = delegate;
  }

  start() {
    if (this.#started) return;
    this.#started = true;
    this.#form.addEventListener("submit", this.#submitted);
    this.#box.addEventListener("keydown", this.#keyPressed);
    this.#box.addEventListener("input", this.#typed);
    // What the server gave back was typed last; then our own draft; never what the browser restored,
    // which may have been sent since.
    this.#box.value = this.#box.defaultValue || this.#draft.value || "";
    this.#measure();
  }

  stop() {
    if (!this.#started) return;
    this.#started = false;
    this.#form.removeEventListener("submit", this.#submitted);
    this.#box.removeEventListener("keydown", this.#keyPressed);
    this.#box.removeEventListener("input", this.#typed);
  }

  get text() {
    return this.#box.value;
  }

  // A text comes back, above what has been typed since.
  giveBack(text) {
    this.#box.value = [text, this.#box.value].filter(Boolean).join("\n");
    this.#typed();
    this.#box.focus();
  }

  #submitted = (event) => {
    event.preventDefault();
    const text = tidied(this.#box.value);
    if (text === "") return;
    if (lengthOf(text) > this.#limit) {
      this.#error.textContent = `This message is too long. ${this.#count(text)} characters.`;
      return;
    }
    this.#delegate.written(text);
    this.#box.value = "";
    this.#typed();
    this.#box.focus();
  };

  #keyPressed = (event) => {
    // The Enter that ends a composition (Japanese, Chinese, Korean input) is not ours; 229 is Safari's.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    this.#form.requestSubmit();
  };

  #typed = () => {
    this.#draft.value = this.#box.value || undefined;
    this.#error.textContent = "";
    this.#measure();
  };

  #measure() {
    // 1 unit per character at least: a short text is not worth counting
    const near = this.#box.value.length > this.#limit - NEAR;
    const text = near ? tidied(this.#box.value) : "";
    const length = lengthOf(text);
    this.#counter.hidden = length <= this.#limit - NEAR;
    this.#counter.textContent = this.#counter.hidden ? "" : this.#count(text);
    this.#counter.classList.toggle("composer__counter--over", length > this.#limit);
    this.#box.rows = Math.min(8, this.#box.value.split("\n").length);
  }

  #count(text) {
    return `${lengthOf(text).toLocaleString("en")} of ${this.#limit.toLocaleString("en")}`;
  }
}
