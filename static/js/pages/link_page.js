// Entry script of the page that shows a new link.

import { CopyLink } from "../lib/copy_link.js";
import "./every_page.js";

const link = document.querySelector(".admin__link");
// With the host, as others need it.
link.textContent = link.href;
new CopyLink({ button: document.querySelector("[data-action=copy]"), address: link.href, document }).start();
