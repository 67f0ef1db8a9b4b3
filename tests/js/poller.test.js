import assert from "node:assert/strict";
import test from "node:test";

import { Poller } from "../../static/js/lib/poller.js";
import { TransientError } from "../../static/js/lib/requests.js";
import { Exchange, FakeClock, fakeWindow, recorder } from "./fakes.js";

// A poller that has started, and the times at which it asked.
async function started() {
  const [clock, window, exchange] = [new FakeClock(), fakeWindow(), new Exchange()];
  const connection = recorder("connected", "disconnected");
  const stage = { clock, window, exchange, connection, times: [], signals: [], more: () => false };
  const subject = {
    ask(signal) {
      stage.times.push(clock.now());
      stage.signals.push(signal);
      return exchange.ask();
    },
    answered: async (answer) => stage.more(answer),
  };
  stage.poller = new Poller({ subject, connection, clock, window });
  stage.poller.start();
  await clock.pass(0);
  return stage;
}

test("asks at once, and again exactly one second after each answer", async () => {
  const { clock, exchange, times } = await started();
  await clock.pass(300);
  await exchange.answer();
  await clock.pass(999);
  assert.deepEqual(times, [0]);
  await clock.pass(1);
  assert.deepEqual(times, [0, 1_300]);
  await exchange.answer();
  await clock.pass(1_000);
  assert.deepEqual(times, [0, 1_300, 2_300]);
});

test("counts the second from the answer, however long it takes to show it", async () => {
  const stage = await started();
  stage.more = () => new Promise((resolve) => stage.clock.setTimeout(() => resolve(false), 400));
  await stage.exchange.answer();
  await stage.clock.pass(999);
  assert.deepEqual(stage.times, [0]);
  await stage.clock.pass(1);
  assert.deepEqual(stage.times, [0, 1_000]);
});

test("has one request in flight, however long it takes", async () => {
  const { clock, exchange, times } = await started();
  await clock.pass(60_000);
  assert.deepEqual(times, [0]);
  assert.equal(exchange.inFlight, 1);
});

test("asked for while a request is fresh, asks once more at its answer", async () => {
  const { clock, exchange, poller, times } = await started();
  await clock.pass(500);
  poller.poll();
  poller.poll();
  await clock.pass(100);
  assert.deepEqual(times, [0]);
  await exchange.answer();
  await clock.pass(0);
  assert.deepEqual(times, [0, 600]);
  await exchange.answer();
  await clock.pass(999);
  assert.deepEqual(times, [0, 600]);
});

test("gives up a request that is older than a second for a new one", async () => {
  const { clock, exchange, poller, signals, times } = await started();
  await clock.pass(1_000);
  poller.poll();
  await clock.pass(0);
  assert.deepEqual(times, [0, 1_000]);
  assert.deepEqual(signals.map(({ aborted }) => aborted), [true, false]);
  // What becomes of the first one is of no interest any more.
  await exchange.fail();
  await clock.pass(10_000);
  assert.deepEqual(times, [0, 1_000]);
});

test("asks again at once where there is more", async () => {
  const stage = await started();
  stage.more = (answer) => answer === "more";
  await stage.exchange.answer("more");
  await stage.clock.pass(0);
  assert.deepEqual(stage.times, [0, 0]);
  await stage.exchange.answer("all");
  await stage.clock.pass(999);
  assert.deepEqual(stage.times, [0, 0]);
});

test("after failures waits 1, 2, 4 … 30 seconds while nobody looks, and says so", async () => {
  const { clock, connection, exchange, times, window } = await started();
  window.document.hidden = true;
  for (const pause of [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]) {
    await exchange.fail();
    await clock.pass(pause - 1);
    assert.equal(exchange.inFlight, 0);
    await clock.pass(1);
    assert.equal(exchange.inFlight, 1);
  }
  assert.deepEqual(times, [0, 1_000, 3_000, 7_000, 15_000, 31_000, 61_000, 91_000]);
  assert.deepEqual(connection.calls.map(([name]) => name), Array(7).fill("disconnected"));
});

test("in view waits less than 2 seconds, however long the outage", async () => {
  const { clock, exchange, times } = await started();
  const pauses = [];
  for (clock.luck of [0, 0, 0.999, 0.999, 0, 0.999]) {
    const failed = clock.now();
    await exchange.fail();
    await clock.pass(2_000);
    pauses.push(Math.round(times.at(-1) - failed));
  }
  assert.deepEqual(pauses, [800, 1_280, 1_919, 1_919, 1_280, 1_919]);
});

for (const deed of ["focus", "keydown", "pointerdown"]) {
  test(`during an outage asks at once at ${deed}, and no more than once a second`, async () => {
    const { clock, exchange, times, window } = await started();
    await exchange.answer();
    window.dispatchEvent(new Event(deed));
    await clock.pass(999);
    assert.deepEqual(times, [0]);
    await clock.pass(1);
    await exchange.fail();
    await clock.pass(1_000);
    await exchange.fail();
    window.dispatchEvent(new Event(deed));
    await clock.pass(999);
    assert.deepEqual(times, [0, 1_000, 2_000]);
    await clock.pass(1);
    window.dispatchEvent(new Event(deed));
    await clock.pass(0);
    assert.deepEqual(times, [0, 1_000, 2_000, 3_000]);
  });
}

test("does not give up a slow answer for every key", async () => {
  const { clock, exchange, signals, window } = await started();
  await exchange.fail();
  await clock.pass(1_000);
  await clock.pass(2_999);
  window.dispatchEvent(new Event("keydown"));
  assert.equal(signals[1].aborted, false);
  await clock.pass(1);
  window.dispatchEvent(new Event("keydown"));
  assert.equal(signals[1].aborted, true);
  await clock.pass(0);
  assert.equal(exchange.inFlight, 2);
});

test("leaves a slow server the time to answer, however much is typed", async () => {
  const { clock, exchange, signals, window } = await started();
  await exchange.fail();
  for (let typed = 0; typed < 50; typed += 1) {
    await clock.pass(200);
    window.dispatchEvent(new Event("keydown"));
  }
  await clock.pass(0);
  assert.equal(signals.filter(({ aborted }) => aborted).length, 1);
});

test("waits with jitter", async () => {
  const { clock, exchange, times } = await started();
  clock.luck = 0.75;
  await exchange.fail();
  await clock.pass(1_099);
  assert.deepEqual(times, [0]);
  await clock.pass(1);
  assert.deepEqual(times, [0, 1_100]);
});

test("forgets the failures at the first answer", async () => {
  const { clock, connection, exchange, times } = await started();
  await exchange.fail();
  await clock.pass(1_000);
  await exchange.fail();
  await clock.pass(1_600);
  await exchange.answer();
  assert.equal(connection.calls.at(-1)[0], "connected");
  await clock.pass(1_000);
  await exchange.fail();
  await clock.pass(1_000);
  assert.deepEqual(times, [0, 1_000, 2_600, 3_600, 4_600]);
});

test("obeys Retry-After, whatever happens on the page", async () => {
  const { clock, exchange, poller, times, window } = await started();
  await exchange.fail(new TransientError("answer 503", 20_000));
  await clock.pass(19_000);
  poller.poll();
  window.dispatchEvent(new Event("online"));
  window.document.dispatchEvent(new Event("visibilitychange"));
  window.dispatchEvent(new Event("keydown"));
  await clock.pass(999);
  assert.deepEqual(times, [0]);
  await clock.pass(1);
  assert.deepEqual(times, [0, 20_000]);
});

test("waits for the longer one of Retry-After and backoff", async () => {
  const { clock, exchange, times } = await started();
  await exchange.fail();
  await clock.pass(1_000);
  await exchange.fail(new TransientError("answer 503", 1_000));
  await clock.pass(1_599);
  assert.deepEqual(times, [0, 1_000]);
  await clock.pass(1);
  assert.deepEqual(times, [0, 1_000, 2_600]);
});

test("goes on when an answer cannot be shown", async () => {
  const stage = await started();
  const broken = new Error("cannot be shown");
  stage.more = () => Promise.reject(broken);
  await stage.exchange.answer();
  assert.deepEqual(stage.connection.calls, [["disconnected", broken]]);
  await stage.clock.pass(1_000);
  assert.deepEqual(stage.times, [0, 1_000]);
});

test("asks at once when the page is shown or online again", async () => {
  const { clock, exchange, times, window } = await started();
  const comeBack = [
    () => window.document.dispatchEvent(new Event("visibilitychange")),
    () => window.document.dispatchEvent(new Event("resume")),
    () => window.dispatchEvent(Object.assign(new Event("pageshow"), { persisted: true })),
    () => window.dispatchEvent(new Event("online")),
  ];
  for (const [index, event] of comeBack.entries()) {
    await exchange.answer();
    await clock.pass(10);
    event();
    await clock.pass(0);
    assert.equal(times.length, index + 2);
  }
  assert.deepEqual(times, [0, 10, 20, 30, 40]);
});

test("does not ask because the page is hidden", async () => {
  const { clock, exchange, times, window } = await started();
  await exchange.answer();
  window.document.hidden = true;
  window.document.dispatchEvent(new Event("visibilitychange"));
  await clock.pass(999);
  assert.deepEqual(times, [0]);
});

test("asks nothing once it is stopped, until it is started again", async () => {
  const { clock, exchange, poller, signals, times, window } = await started();
  poller.stop();
  assert.equal(signals[0].aborted, true);
  await exchange.fail();
  poller.poll();
  window.dispatchEvent(new Event("online"));
  await clock.pass(60_000);
  assert.deepEqual(times, [0]);
  poller.start();
  await clock.pass(0);
  assert.deepEqual(times, [0, 60_000]);
});
