// The parts of a text, as the server cut it, as nodes. `templates/messages/_message` does the same.

const LINK = { dir: "ltr", rel: "noopener noreferrer nofollow", target: "_blank" };

// Plain text is a string; whatever else the server finds in a text has a `text` to show, or parts of its own.
export function nodesOf(parts, document) {
  return parts.map((part) => (typeof part === "string" ? part : nodeOf(part, document)));
}

function nodeOf({ link, code, language, quotation, text }, document) {
  const make = (name, attributes, ...children) => {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.append(...children);
    return element;
  };
  if (link !== undefined) return make("a", { href: link, ...LINK }, text);
  if (quotation) return make("blockquote", { class: "quotation" }, ...nodesOf(quotation, document));
  if (code === "span") return make("code", { class: "code", dir: "ltr", translate: "no" }, text);
  if (code !== "block") return text;
  const block = { class: "code-block", translate: "no", ...(language && { "data-language": language }) };
  const pre = make("pre", { dir: "ltr", tabindex: 0 }, make("code", {}, text));
  return make("div", block, pre, make("button", { class: "button button--quiet code-block__copy", type: "button" }, "Copy"));
}
