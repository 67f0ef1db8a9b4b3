// Entry script of a page without a script of its own, and a part of the others.

import { account, clock, local, pendingNavigation, session, takeLogOut } from "../lib/browser.js";
import { ExitConfirmation } from "../lib/exit_confirmation.js";
import { LayoutShiftGuard } from "../lib/layout_shift_guard.js";
import { forgetPageName } from "../lib/other_tabs.js";
import { UnsentStore } from "../lib/unsent_store.js";

export const unsent = new UnsentStore({ storage: local, session, account, clock });

unsent.tidy({ isLoggedIn: document.querySelector(".header__exit") !== null, loggedOut: takeLogOut() });
if (document.querySelector("main.room") === null) forgetPageName(session);
new ExitConfirmation({ window, unsent }).start();
pendingNavigation.start();
const guarded = { root: document.body, alike: ".list", exempt: ".log, .jump, dialog, [popover]", clock, window };
// After the page's own script, which moves things too.
clock.setTimeout(() => new LayoutShiftGuard(guarded).start(), 0);
