// Keyed DOM morphing: makes one element like another and keeps every node that can stay, so that focus, scroll
// position and a button that is being pressed survive. Nodes with a `data-key` are matched by it, wherever
// they moved; the others by kind and place.

export function morph(old, fresh) {
  if (old.nodeType !== Node.ELEMENT_NODE) {
    if (old.data !== fresh.data) old.data = fresh.data;
    return;
  }
  morphAttributes(old, fresh);
  morphChildren(old, fresh);
}

function morphAttributes(old, fresh) {
  for (const name of old.getAttributeNames()) {
    if (!fresh.hasAttribute(name)) old.removeAttribute(name);
  }
  for (const name of fresh.getAttributeNames()) {
    const value = fresh.getAttribute(name);
    if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
}

function morphChildren(old, fresh) {
  const keyed = new Map([...old.children].map((child) => [keyOf(child), child]));
  let place = old.firstChild;
  for (const child of [...fresh.childNodes]) {
    const key = keyOf(child);
    const match = key ? keyed.get(key) : alike(place, child);
    if (!match) {
      old.insertBefore(old.ownerDocument.adoptNode(child), place);
      continue;
    }
    if (match === place) place = place.nextSibling;
    else move(old, match, place);
    morph(match, child);
  }
  while (place) {
    const next = place.nextSibling;
    place.remove();
    place = next;
  }
}

function keyOf(node) {
  return node.dataset?.key;
}

function alike(place, child) {
  return place && !keyOf(place) && place.nodeName === child.nodeName ? place : undefined;
}

// `moveBefore` keeps the focus; browsers without it lose it.
function move(parent, node, place) {
  if (parent.moveBefore) {
    parent.moveBefore(node, place);
    return;
  }
  const focused = node.ownerDocument.activeElement;
  parent.insertBefore(node, place);
  if (node.contains(focused)) focused.focus({ preventScroll: true });
}
