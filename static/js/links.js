// Where the links in a text are: `http(s)://` up to white space or one of <>", without the
// punctuation that ends the sentence around it. The server finds the same ones.

const LINK = /https?:\/\/[^\p{White_Space}<>"]+/gu;
const TRAILING = /[.,;:!?'")\]}]+$/;
const BARE = /^https?:\/\/$/;

// → [{ text, href }], href "" for plain text
export function partsOf(text) {
  const parts = [];
  let end = 0;
  for (const { 0: found, index } of text.matchAll(LINK)) {
    const href = found.replace(TRAILING, "");
    if (BARE.test(href) || !/^https?:\/\//.test(href)) continue;
    if (index > end) parts.push({ text: text.slice(end, index), href: "" });
    parts.push({ text: href, href });
    end = index + href.length;
  }
  if (end < text.length) parts.push({ text: text.slice(end), href: "" });
  return parts;
}
