// Normalization of texts as in `model/messages.rs`, so that the message box counts and trims as the server does.

const BLANK_LINES_MAX = 2;
const MARKS_MAX = 8;
const ROW = 64;
const ROWS_SHOWN = 30;
const BREAK = /\r\n|[\r\v\f\u0085\u2028\u2029]/gu;
const CONTROL = /(?![\n\t])\p{Cc}/gu;
const VISIBLE = /[^\p{White_Space}\p{Cc}\p{DI}\u2800\u{1d159}\ufff9-\ufffb]/u;
const MARK_RUN = /\p{M}(?:\p{M}|\p{DI})*/gu;
const SPACE_AT_END = /\p{White_Space}+$/u;

// → the text as it will be stored, "" if nothing in it is visible
export function normalized(typed) {
  const plain = typed.toWellFormed().replace(BREAK, "\n").replace(CONTROL, "").normalize("NFC");
  const lines = plain.replace(MARK_RUN, limitMarks).split("\n");
  let blank = BLANK_LINES_MAX;
  const kept = lines.filter((line) => (blank = VISIBLE.test(line) ? 0 : blank + 1) <= BLANK_LINES_MAX);
  const end = kept.findLastIndex((line) => VISIBLE.test(line)) + 1;
  return kept.slice(0, end).join("\n").replace(SPACE_AT_END, "");
}

// Whether it would fill a page by itself, as `Message::is_tall` in `model/messages.rs` has it.
export function isTall(text) {
  const rows = text.split("\n").map((line) => Math.max(1, Math.ceil(lengthOf(line) / ROW)));
  return rows.reduce((sum, count) => sum + count) > ROWS_SHOWN;
}

// Characters, not UTF-16 units.
export function lengthOf(text) {
  return [...text].length;
}

// The combining marks on one letter; ignorable characters between them do not count.
function limitMarks(run) {
  let marks = 0;
  return [...run].filter((c) => !/\p{M}/u.test(c) || (marks += 1) <= MARKS_MAX).join("");
}
