// The browser APIs that our classes take as arguments.

import { PendingNavigation } from "./pending_navigation.js";
import { Requests } from "./requests.js";
import { WebStorage } from "./web_storage.js";

export const clock = {
  // Monotonic: the time of day may be set while we wait.
  now: () => performance.now(),
  date: () => Date.now(),
  random: () => Math.random(),
  setTimeout: (work, pause) => window.setTimeout(work, pause),
  clearTimeout: (timer) => window.clearTimeout(timer),
};

export const account = document.body.dataset.account;

export const requests = new Requests({ fetch: (...what) => window.fetch(...what), clock, account });

export const pendingNavigation = new PendingNavigation({ window, clock });

// What outlives the page, but not the tab.
export const session = new WebStorage(areaNamed("sessionStorage"));

export const local = new WebStorage(areaNamed("localStorage"));

// Whether the server says that somebody has just logged out here, which it does once.
export function takeLogOut() {
  const said = document.cookie.includes("parlor_left=1");
  if (said) document.cookie = "parlor_left=; path=/; max-age=0; samesite=lax";
  return said;
}

// The time and 80 random bits: those of messages that are sent together are stored together.
// `crypto.randomUUID` is missing on plain http, which is all that many a local network has.
export function nonce() {
  const hex = (number, digits) => number.toString(16).padStart(digits, "0");
  const bytes = crypto.getRandomValues(new Uint8Array(10));
  return hex(clock.date(), 12) + Array.from(bytes, (byte) => hex(byte, 2)).join("");
}

// Reading the property alone throws where the browser forbids storage.
function areaNamed(name) {
  try {
    return window[name];
  } catch {
    return null;
  }
}
