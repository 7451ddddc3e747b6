export type PayloadReason = 'too_large' | 'empty' | 'not_utf8' | 'not_json';

/** Larger payloads are rejected before parsing: JSON.parse does not recurse, but a megabyte of brackets blocks for 0.5 s. */
export const MAX_PAYLOAD_BYTES = 65_536;

const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * A payload that begins like an object, a list or a quoted text is parsed as JSON; any other payload is plain text. Returns
 * the reason if it cannot be read. Never throws.
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
