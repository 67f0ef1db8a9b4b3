// Times and days as the reader's own clock and language have them.

export class Times {
  #short;
  #full;
  #day;

  constructor({ locale, timeZone } = {}) {
    const format = (options) => new Intl.DateTimeFormat(locale, { timeZone, ...options });
    this.#short = format({ timeStyle: "short" });
    this.#full = format({ dateStyle: "full", timeStyle: "long" });
    this.#day = format({ weekday: "long", day: "numeric", month: "long", year: "numeric" });
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
