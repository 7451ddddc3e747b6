export type PayloadReason = 'too_large' | 'empty' | 'not_utf8' | 'not_json';

/** Larger payloads are refused unread: JSON.parse does not recurse, but a megabyte of brackets blocks for half a second. */
export const MAX_PAYLOAD_BYTES = 65_536;

const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * A payload as its JSON value if it begins like an object, a list or a quoted text, and otherwise as plain text; or the
 * reason why it cannot be read. Never throws.
 */
export const readPayload = (payload: Uint8Array): { readonly value: unknown } | PayloadReason => {
  if (payload.length > MAX_PAYLOAD_BYTES) return 'too_large';
  if (payload.length === 0) return 'empty';
  let text: string;
  try {
    text = utf8.decode(payload);
  } catch {
    return 'not_utf8';
  }
  if (!/^\s*[[{"]/.test(text)) return { value: text };
  try {
    return { value: JSON.parse(text) };
  } catch {
    return 'not_json';
  }
};
