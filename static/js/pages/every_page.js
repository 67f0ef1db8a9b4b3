// Entry script of a page without a script of its own, and a part of the others.

import { account, clock, local, pendingNavigation, session } from "../lib/browser.js";
import { LayoutShiftGuard } from "../lib/layout_shift_guard.js";
import { UnsentStore } from "../lib/unsent_store.js";
import { ExitConfirmation } from "../room/exit_confirmation.js";
import { forgetPageName } from "../room/other_tabs.js";

export const unsent = new UnsentStore({ storage: local, session, account, clock });

unsent.tidy({ isLoggedIn: document.querySelector(".header__exit") !== null });
if (document.querySelector("main.room") === null) forgetPageName(session);
new ExitConfirmation({ window, unsent }).start();
pendingNavigation.start();
const guarded = { root: document.body, alike: ".list", exempt: ".log, .jump, dialog, [popover]", clock, window };
// After the page's own script, which moves things too.
clock.setTimeout(() => new LayoutShiftGuard(guarded).start(), 0);
