// The button in a password field that shows what is typed there. Only while it is typed: what is sent is a password,
// so that browsers offer to store it and do not suggest it elsewhere.

export class ShowPassword {
  #button;
  #field;

  constructor(button) {
    this.#button = button;
    this.#field = button.parentElement.querySelector("input");
  }

  start() {
    this.#button.hidden = false;
    this.#button.addEventListener("click", () => this.#show(this.#field.type === "password"));
    this.#field.form.addEventListener("submit", () => this.#show(false));
  }

  #show(shown) {
    this.#field.type = shown ? "text" : "password";
    this.#button.textContent = shown ? "Hide" : "Show";
    this.#button.ariaPressed = shown;
  }
}
