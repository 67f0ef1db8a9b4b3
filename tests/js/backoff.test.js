import assert from "node:assert/strict";
import test from "node:test";

import { backoff } from "../../static/js/lib/backoff.js";

const upTo = (failures, luck) => Array.from({ length: failures }, (_, n) => backoff(n + 1, () => luck));

test("waits 1, 2, 4 … seconds and never more than 30", () => {
  assert.deepEqual(upTo(8, 0.5), [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
});

test("each wait is up to a fifth shorter or longer", () => {
  assert.deepEqual(upTo(7, 0).map(Math.round), [800, 1_600, 3_200, 6_400, 12_800, 25_600, 25_600]);
  assert.deepEqual(upTo(7, 1).map(Math.round), [1_200, 2_400, 4_800, 9_600, 19_200, 30_000, 30_000]);
});
