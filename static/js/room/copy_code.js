// The button *Copy* of a block of code.

import { copyText } from "../lib/clipboard.js";

export class CopyCode {
  #root;

  constructor({ root }) {
    this.#root = root;
  }

  start() {
    this.#root.addEventListener("click", this.#clicked);
  }

  #clicked = ({ target }) => {
    if (!target.matches(".code-block__copy")) return;
    const { textContent } = target.parentElement.querySelector("pre");
    if (copyText(textContent, target.ownerDocument)) target.textContent = "Copied";
  };
}
