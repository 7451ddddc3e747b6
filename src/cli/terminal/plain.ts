/** Characters that move a cursor, begin an escape sequence, break a line or change the direction of text. */
const ACTIVE = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu;

/**
 * Text from outside, as a terminal or a log may show it: characters that would do something are shown as JSON writes
 * them, `\u001b`. JSON on one line stays the same JSON.
 */
export const plain = (text: string): string =>
  text.replace(ACTIVE, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** The same for text whose line breaks are intended. */
export const plainLines = (text: string): string => text.split('\n').map(plain).join('\n');
