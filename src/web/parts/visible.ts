/** Characters that break a line or change the direction of text. */
const ACTIVE = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu;

/** Text from outside on one line: characters that would do something are shown as JSON writes them. */
export const visible = (text: string): string =>
  text.replace(ACTIVE, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
