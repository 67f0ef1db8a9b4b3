import assert from "node:assert/strict";
import test from "node:test";

import { HTML_TYPE, JSON_TYPE, Requests, TransientError } from "../../static/js/lib/requests.js";
import { FakeClock, settled } from "./fakes.js";

const headers = { "Content-Type": "application/json; charset=utf-8" };

// What comes of a request that `fetch` answers like this.
function ask(answer, clock = new FakeClock(), more = {}) {
  const fetch = async (url, options) => answer(url, options);
  return new Requests({ fetch, clock, account: "7" }).ask("/api", { type: JSON_TYPE, ...more });
}

const fails = (promise) => assert.rejects(promise, TransientError);

test("returns status and body, whatever was decided", async () => {
  for (const status of [200, 201, 401, 403, 404, 409, 410, 422]) {
    const answer = await ask(() => new Response('{"a":1}', { status, headers }));
    assert.deepEqual(answer, { status, body: { a: 1 } });
  }
  assert.deepEqual(await ask(() => new Response(null, { status: 204 })), { status: 204, body: "" });
});

test("says whose page it is, and uses no cache", async () => {
  await ask((_, { headers, cache, redirect }) => {
    assert.deepEqual(headers, { Accept: JSON_TYPE, "Parlor-Account": "7" });
    assert.deepEqual([cache, redirect], ["no-store", "manual"]);
    return new Response(null, { status: 204 });
  });
});

test("throws what may go better next time", async () => {
  for (const status of [408, 425, 429, 500, 502, 503, 504]) await fails(ask(() => new Response("", { status })));
  await fails(ask(() => Promise.reject(new TypeError("no connection"))));
  await fails(ask(() => new Response("not JSON", { headers })));
  await fails(ask(() => new Response("log in first", { headers: { "Content-Type": "text/html" } })));
  const redirect = () => ({ status: 0, type: "opaqueredirect", headers: new Headers(), text: () => "" });
  for (const type of [JSON_TYPE, HTML_TYPE]) await fails(ask(redirect, undefined, { type }));
});

test("understands Retry-After in seconds and as a date", async () => {
  const clock = new FakeClock();
  const later = new Date(clock.date() + 90_000).toUTCString();
  const before = new Date(clock.date() - 90_000).toUTCString();
  for (const [value, retryAfter] of [["20", 20_000], ["0", 0], [later, 90_000], [before, 0], ["soon", 0]]) {
    const answer = () => new Response("", { status: 503, headers: { "Retry-After": value } });
    await assert.rejects(ask(answer, clock), { retryAfter });
  }
  await assert.rejects(ask(() => new Response("", { status: 503 }), clock), { retryAfter: 0 });
});

test("gives up after 8 seconds, or earlier when it is told to", async () => {
  const never = (_, { signal }) =>
    new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
  const clock = new FakeClock();
  let failed = 0;
  const patient = ask(never, clock).catch(() => (failed += 1));
  await clock.pass(7_999);
  assert.equal(failed, 0);
  await clock.pass(1);
  await patient;
  assert.equal(failed, 1);
  const controller = new AbortController();
  const impatient = ask(never, clock, { signal: controller.signal });
  await settled();
  controller.abort();
  await fails(impatient);
});
