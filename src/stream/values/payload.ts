import { isUtf8 } from 'node:buffer';

export type PayloadReason = 'too_large' | 'empty' | 'not_utf8' | 'not_json';

/** Larger payloads are rejected before parsing: JSON.parse does not recurse, but a megabyte of brackets blocks for 0.5 s. */
export const MAX_PAYLOAD_BYTES = 65_536;

/**
 * A payload that begins like an object, a list or a quoted text is parsed as JSON; any other payload is plain text. Returns
 * the reason if it cannot be read. Never throws.
 */
export const readPayload = (payload: Uint8Array): { readonly value: unknown } | PayloadReason => {
  if (payload.length > MAX_PAYLOAD_BYTES) return 'too_large';
  if (payload.length === 0) return 'empty';
  if (!isUtf8(payload)) return 'not_utf8';
  const { buffer, byteOffset, length } = payload;
  const bytes = Buffer.from(buffer, byteOffset, length);
  const text = startsWithMark(bytes) ? bytes.toString('utf8', 3) : bytes.toString();
  if (!isJson(text)) return { value: text };
  try {
    return { value: JSON.parse(text) };
  } catch {
    return 'not_json';
  }
};

/** The mark at the beginning of a text that says that it is UTF-8. It is no part of the text. */
const startsWithMark = (bytes: Uint8Array): boolean => bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;

/** Whether the text begins like an object, a list or a quoted text; most have no white space before. */
function isJson(text: string): boolean {
  const first = text.charCodeAt(0);
  return first === 0x7b || first === 0x5b || first === 0x22 || /^\s+[[{"]/.test(text);
}
