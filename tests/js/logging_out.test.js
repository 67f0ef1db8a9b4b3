import assert from "node:assert/strict";
import test from "node:test";

import { UnsentStore } from "../../static/js/lib/unsent_store.js";

class Area extends Map {
  get keys() {
    return [...super.keys()];
  }

  set(key, value) {
    return value === undefined ? (this.delete(key), this) : super.set(key, value);
  }
}

const LATER = 60_000;

// What is left of the words of accounts 7 and 8 once a page of `account` was opened, `after` a log-out of 7.
function left({ account = "", isLoggedIn = account !== "", loggedOut = false, after }) {
  const [storage, session] = [new Area([["7:1:a:draft", "soup"], ["8:1:b:draft", "bread"]]), new Area()];
  let date = 0;
  const clock = { date: () => date };
  if (after !== undefined) new UnsentStore({ storage, session, account: "7", clock }).loggingOut();
  date = after ?? 0;
  new UnsentStore({ storage, session, account, clock }).tidy({ isLoggedIn, loggedOut });
  return [...storage.values()];
}

test("an account's page leaves what is its own", () => {
  assert.deepEqual(left({ account: "7" }), ["soup"]);
  assert.deepEqual(left({ account: "9" }), []);
});

test("a session that ended by itself takes nothing along", () => {
  assert.deepEqual(left({}), ["soup", "bread"]);
});

test("a log-out from this tab takes along what its account has", () => {
  assert.deepEqual(left({ after: 0 }), ["bread"]);
  assert.deepEqual(left({ after: LATER }), ["soup", "bread"], "one of long ago does not");
});

test("a log-out before the script came takes all along, as the server says", () => {
  assert.deepEqual(left({ loggedOut: true }), []);
  assert.deepEqual(left({ loggedOut: true, account: "7" }), ["soup"], "unless they are back");
  assert.deepEqual(left({ loggedOut: true, isLoggedIn: true }), ["soup", "bread"], "nor where it is not known who it is");
});
