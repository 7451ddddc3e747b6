/** Objects and lists of one message that are read: 64 KiB can contain 21,845 empty ones, which took 8 ms. */
export const MAX_PARTS = 8192;

/** The value of a JSON text; undefined for a text that is none. Never throws. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
