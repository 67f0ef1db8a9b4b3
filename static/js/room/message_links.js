// Links to messages of this Parlor, in texts: shown as such, and opened in the same tab.

const PATH = /^\/rooms\/(\d+)$/;
const PLACE = /^\?at=\d+$/;

// here: { room, origin } of the page
export function showMessageLinks(element, here) {
  for (const link of element.querySelectorAll("a[target]")) show(link, here);
}

function show(link, here) {
  // Not by URL, which refuses what a text may hold.
  const { origin, pathname, search } = link;
  const [, named] = PATH.exec(pathname) ?? [];
  if (origin !== here.origin || named === undefined || !PLACE.test(search)) return;
  for (const name of ["target", "rel", "dir"]) link.removeAttribute(name);
  link.classList.add("message-link");
  link.textContent = named === here.room ? "message in this room" : "message in another room";
}
