// Localization of times and days: the reader's own time zone and language.

export class Times {
  #zone;
  #short;
  #full;
  #day;

  constructor() {
    this.renew();
  }

  // Takes up the current time zone → whether it has changed
  renew() {
    const zone = new Intl.DateTimeFormat().resolvedOptions().timeZone;
    if (zone === this.#zone) return false;
    this.#zone = zone;
    // Formats keep the zone that they were made in.
    const format = (options) => new Intl.DateTimeFormat(undefined, options);
    this.#short = format({ timeStyle: "short" });
    this.#full = format({ dateStyle: "full", timeStyle: "long" });
    this.#day = format({ weekday: "long", day: "numeric", month: "long", year: "numeric" });
    return true;
  }

  day(instant) {
    return this.#day.format(new Date(instant));
  }

  // Fills a <time> that carries its `datetime`.
  localize(time) {
    const at = new Date(time.dateTime);
    time.textContent = this.#short.format(at);
    time.title = this.#full.format(at);
  }
}
