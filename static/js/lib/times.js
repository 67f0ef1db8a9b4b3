// Localization of times and days: the reader's own time zone and language.

export class Times {
  #zone;
  #short;
  #full;
  #day;
  #date;

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
    this.#date = format({ day: "numeric", month: "short" });
    return true;
  }

  day(instant) {
    return this.#day.format(new Date(instant));
  }

  // The same where there is little room: of another day, the day instead of the time.
  localizeBriefly(time) {
    this.localize(time);
    const at = new Date(time.dateTime);
    if (at.toDateString() !== new Date().toDateString()) time.textContent = this.#date.format(at);
  }

  // Fills a <time> that carries its `datetime`.
  localize(time) {
    const at = new Date(time.dateTime);
    time.textContent = this.#short.format(at);
    time.title = this.#full.format(at);
  }
}
