// The way to the newest messages: to the end of the page, or, where the page is detached, to the newest page in its
// place.

export class NewestMessages {
  #sync;
  #follower;
  #connection;

  constructor({ sync, follower, connection }) {
    this.#sync = sync;
    this.#follower = follower;
    this.#connection = connection;
  }

  async show() {
    this.#connection.show("");
    if (!this.#sync.isDetached) return this.#follower.toEnd();
    try {
      await this.#sync.showNewest();
      this.#follower.toEnd();
    } catch {
      this.#connection.show("The newest messages could not be loaded. Please try again.");
    }
  }
}
