// The button *Copy link* of an empty room.

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

  // `navigator.clipboard` is missing on a page that came by plain HTTP, as in most school networks.
  #clicked = () => {
    this.#document.addEventListener("copy", this.#copied, { once: true });
    this.#document.execCommand("copy");
    this.#document.removeEventListener("copy", this.#copied);
  };

  #copied = (event) => {
    event.clipboardData.setData("text/plain", this.#address);
    event.preventDefault();
    this.#button.textContent = "Copied";
  };
}
