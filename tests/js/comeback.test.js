import assert from "node:assert/strict";
import test from "node:test";

import { Comeback } from "../../static/js/lib/comeback.js";
import { FakeClock, fakeWindow } from "./fakes.js";

function page() {
  const [clock, window] = [new FakeClock(), fakeWindow()];
  const page = { clock, window, comebacks: 0 };
  new Comeback({ act: () => (page.comebacks += 1), clock, window }).start();
  page.turns = (hidden) => {
    window.document.hidden = hidden;
    window.document.dispatchEvent(new Event("visibilitychange"));
  };
  return page;
}

test("a page that the browser kept has come back, and one that it has just loaded has not", () => {
  const it = page();
  it.window.dispatchEvent(Object.assign(new Event("pageshow"), { persisted: false }));
  assert.equal(it.comebacks, 0);
  it.window.dispatchEvent(Object.assign(new Event("pageshow"), { persisted: true }));
  assert.equal(it.comebacks, 1);
});

test("a page that was out of sight for more than a minute has come back, and one that was briefly has not", async () => {
  const it = page();
  for (const [pause, comebacks] of [[1_000, 0], [60_000, 0], [61_000, 1], [1_000, 1]]) {
    it.turns(true);
    await it.clock.pass(pause);
    it.turns(false);
    assert.equal(it.comebacks, comebacks, pause);
  }
});
