// What every page does, those without a script of their own too.

import { account, clock, local, pendingNavigation, session } from "../lib/browser.js";
import { LayoutShiftGuard } from "../lib/layout_shift_guard.js";
import { ExitConfirmation } from "../room/exit_confirmation.js";
import { forgetPageName } from "../room/other_tabs.js";
import { UnsentStore } from "../room/unsent_store.js";

export const unsent = new UnsentStore({ storage: local, session, account, clock });

unsent.tidy({ isLoggedIn: document.querySelector(".header__exit") !== null });
if (document.querySelector("main.room") === null) forgetPageName(session);
new ExitConfirmation({ window, unsent }).start();
pendingNavigation.start();
// Once the page's own script has put everything in its place.
clock.setTimeout(() => new LayoutShiftGuard({ root: document.body, clock, window }).start(), 0);
