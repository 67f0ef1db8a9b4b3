import assert from "node:assert/strict";
import test from "node:test";

import { isTall } from "../../static/js/room/texts.js";

test("thirty rows of 64 characters are shown, more would fill a page", () => {
  const lines = (count) => Array(count).fill("soup").join("\n");
  assert.deepEqual([lines(30), lines(31)].map(isTall), [false, true]);
  assert.deepEqual(["x".repeat(30 * 64), "x".repeat(30 * 64 + 1)].map(isTall), [false, true]);
  assert.deepEqual(["😀".repeat(30 * 64), "\n".repeat(30)].map(isTall), [false, true]);
});
