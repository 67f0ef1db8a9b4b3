// What every page does, those without a script of their own too.

import { clock, departure, session, unsent } from "./browser.js";
import { Farewell } from "./farewell.js";
import { forgetName } from "./siblings.js";
import { Steady } from "./steady.js";

unsent.tidy({ isLoggedIn: document.querySelector(".header__exit") !== null });
if (document.querySelector("main.room") === null) forgetName(session);
new Farewell({ window, unsent }).start();
departure.start();
// Once the page's own script has put everything in its place.
clock.setTimeout(() => new Steady({ root: document.body, clock, window }).start(), 0);
