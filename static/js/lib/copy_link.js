// A button that copies a link.

import { copyText } from "./clipboard.js";

export class CopyLink {
  #button;
  #document;
  #address;

  constructor({ button, address, document }) {
    this.#button = button;
    this.#address = address;
    this.#document = document;
  }

  start() {
    if (!this.#button) return;
    this.#button.hidden = false;
    this.#button.addEventListener("click", this.#clicked);
  }

  stop() {
    this.#button?.removeEventListener("click", this.#clicked);
  }

  #clicked = () => {
    if (copyText(this.#address, this.#document)) this.#button.textContent = "Copied";
  };
}
