// Localization of times and days: the reader's own time zone and language.

export class Times {
  #clock;
  #zone;
  #short;
  #full;
  #day;
  #date;
  #dated;
  #datedInFull;
  #today;
  #yesterday;

  constructor({ clock }) {
    this.#clock = clock;
    this.followTimeZone();
  }

  // → whether it has changed
  followTimeZone() {
    const zone = new Intl.DateTimeFormat().resolvedOptions().timeZone;
    if (zone === this.#zone) return false;
    this.#zone = zone;
    // Formats keep the zone that they were made in.
    const format = (options) => new Intl.DateTimeFormat(undefined, options);
    this.#short = format({ timeStyle: "short" });
    this.#full = format({ dateStyle: "full", timeStyle: "long" });
    this.#day = format({ weekday: "long", day: "numeric", month: "long", year: "numeric" });
    this.#date = format({ day: "numeric", month: "short" });
    this.#dated = format({ day: "numeric", month: "short", hour: "numeric", minute: "2-digit" });
    this.#datedInFull = format({ dateStyle: "medium", timeStyle: "short" });
    this.followDay();
    return true;
  }

  // → whether another day has begun
  followDay() {
    const now = new Date(this.#clock.date());
    const today = this.day(now);
    if (today === this.#today) return false;
    this.#today = today;
    // Not 24 hours ago: a day may have 25.
    this.#yesterday = this.day(new Date(now.getFullYear(), now.getMonth(), now.getDate() - 1, 12));
    return true;
  }

  day(instant) {
    return this.#day.format(new Date(instant));
  }

  // The same where there is little room: of another day, the day instead of the time.
  localizeBriefly(time) {
    this.localize(time);
    const at = new Date(time.dateTime);
    if (this.day(at) !== this.#today) time.textContent = this.#date.format(at);
  }

  // The same where nothing else names the day: of another day, with the day; of another year, with the year too.
  localizeWithDay(time) {
    this.localize(time);
    const at = new Date(time.dateTime);
    const isThisYear = at.getFullYear() === new Date(this.#clock.date()).getFullYear();
    if (this.day(at) !== this.#today) time.textContent = (isThisYear ? this.#dated : this.#datedInFull).format(at);
  }

  // Fills an element with the name of a day, and with the date as its title where that is another.
  nameDay(element, instant) {
    const day = this.day(instant);
    const name = { [this.#today]: "Today", [this.#yesterday]: "Yesterday" }[day];
    element.textContent = name ?? day;
    element.title = name ? day : "";
  }

  // Fills a <time> that carries its `datetime`.
  localize(time) {
    const at = new Date(time.dateTime);
    time.textContent = this.#short.format(at);
    time.title = this.#full.format(at);
  }
}
