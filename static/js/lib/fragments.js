// HTML parsing, in this one place, and only of what our own server rendered (Trusted Types).

const policy = globalThis.trustedTypes?.createPolicy("parlor", { createHTML: (html) => html });

// The first element in `html` that matches. A document made this way runs no script.
export function parse(html, selector) {
  const trusted = policy ? policy.createHTML(html) : html;
  return new DOMParser().parseFromString(trusted, "text/html").querySelector(selector);
}
