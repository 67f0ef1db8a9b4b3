// Confirmation dialog before somebody leaves a room or logs out who has unsent text there.

const LOG_OUT = "/session/end";
const LEAVE = /^\/rooms\/(\d+)\/leave$/;

export class ExitConfirmation {
  #window;
  #unsent;
  #agreed = null;

  constructor({ window, unsent }) {
    this.#window = window;
    this.#unsent = unsent;
  }

  // Captures, to be called before all others that listen for forms.
  start() {
    this.#window.addEventListener("submit", this.#submitted, { capture: true });
  }

  #submitted = (event) => {
    const form = event.target;
    if (form.method === "dialog") return;
    const path = new URL(form.action).pathname;
    const dialog = form === this.#agreed ? null : this.#dialogBefore(form, path);
    this.#agreed = null;
    if (dialog) {
      event.preventDefault();
      this.#ask(dialog, form, event.submitter);
    } else if (path === LOG_OUT) {
      this.#unsent.loggingOut();
    }
  };

  // A room is also left by joining another.
  #dialogBefore(form, path) {
    const room = path.match(LEAVE)?.[1] ?? form.elements.leaving?.value;
    if (room && this.#unsent.has(room)) return this.#dialog("before-leaving");
    if (path === LOG_OUT && this.#unsent.has()) return this.#dialog("before-log-out");
    return null;
  }

  #dialog(id) {
    return this.#window.document.getElementById(id);
  }

  #ask(dialog, form, submitter) {
    const answered = () => {
      // The list may have changed meanwhile.
      if (dialog.returnValue !== "go" || !form.isConnected) return;
      this.#agreed = form;
      form.requestSubmit(submitter?.form === form ? submitter : null);
    };
    dialog.returnValue = "";
    dialog.addEventListener("close", answered, { once: true });
    dialog.showModal();
  }
}
