// Exponential backoff with jitter: 1, 2, 4 … 30 seconds after the n-th failure in a row or no more than `most`, each
// up to a fifth more or less, so that not all tabs come back in the same instant.

const MAX_MS = 30_000;

export function backoff(failures, random, most = Infinity) {
  const pause = Math.min(most, 2 ** Math.min(failures - 1, 5) * 1_000);
  return Math.min(MAX_MS, pause * (0.8 + 0.4 * random()));
}
