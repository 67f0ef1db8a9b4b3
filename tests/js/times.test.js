import assert from "node:assert/strict";
import test from "node:test";

import { Times } from "../../static/js/lib/times.js";
import { FakeClock } from "./fakes.js";

const HOUR = 3_600_000;

// The name of the day of an instant, and its title.
function named(times, instant) {
  const element = {};
  times.nameDay(element, instant);
  return [element.textContent, element.title !== ""];
}

test("calls days by their names", () => {
  const clock = new FakeClock();
  const times = new Times({ clock });
  const now = clock.date();
  assert.deepEqual(named(times, now), ["Today", true]);
  assert.deepEqual(named(times, now - 24 * HOUR), ["Yesterday", true]);
  for (const away of [-72, 48]) {
    const at = now + away * HOUR;
    assert.deepEqual(named(times, at), [times.day(at), false]);
  }
});

test("names the day beside the time only of another day, and the year only of another year", () => {
  const clock = new FakeClock();
  const times = new Times({ clock });
  // Whether more than the time is shown, and whether the year is.
  const shown = (hours) => {
    const time = { dateTime: new Date(clock.date() + hours * HOUR).toISOString() };
    const [brief, dated] = [{ ...time }, { ...time }];
    times.localize(brief);
    times.localizeWithDay(dated);
    return [dated.textContent.length > brief.textContent.length, /202[56]/.test(dated.textContent)];
  };
  assert.deepEqual(shown(0), [false, false]);
  assert.deepEqual(shown(96), [true, false]);
  assert.deepEqual(shown(-96), [true, true]);
});

test("tells when another day begins, once", async () => {
  const clock = new FakeClock();
  const times = new Times({ clock });
  const now = clock.date();
  assert.equal(times.followDay(), false);
  await clock.pass(24 * HOUR);
  assert.equal(times.followDay(), true);
  assert.equal(times.followDay(), false);
  assert.deepEqual(named(times, now), ["Yesterday", true]);
  await clock.pass(24 * HOUR);
  assert.equal(times.followDay(), true);
  assert.deepEqual(named(times, now), [times.day(now), false]);
});
