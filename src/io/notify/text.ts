/** Characters of a message: more than a sentence needs, fewer than any service refuses (Slack: 150 and 3,000). */
const MAX_TITLE = 140;
const MAX_TEXT = 2000;

/** Not in the middle of a character that takes two places. */
const cut = (text: string, max: number): string =>
  text.length <= max ? text : `${text.slice(0, max - 1).replace(/[\ud800-\udbff]$/, '')}…`;

/** On one line, without characters that control a terminal or reverse the direction of text. */
const clean = (text: string): string =>
  text.replace(/[\p{Cc}\p{Zl}\p{Zp}\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu, ' ').trim();

export const titleOf = ({ title }: { readonly title: string }): string => cut(clean(title), MAX_TITLE);
export const textOf = ({ text }: { readonly text: string }): string => cut(clean(text), MAX_TEXT);

/** Text as HTML shows it, also inside a quoted attribute. */
export const escapeHtml = (text: string): string =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');

/** Slack reads `<!channel>` and `<http://…|…>` as markup, and nothing else in these three characters. */
export const escapeSlack = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** Text inside a JSON string. */
export const escapeJson = (text: string): string => JSON.stringify(text).slice(1, -1);
