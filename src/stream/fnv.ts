/** FNV-1a, 32 bits (RFC 9923): the start, and one step for each byte or unit. */
export const FNV_START = 0x811c9dc5;
export const fnvStep = (hash: number, unit: number): number => Math.imul(hash ^ unit, 0x01000193);

/** A text from such a hash on, over its UTF-16 units. */
export function fnvText(text: string, start = FNV_START): number {
  let hash = start;
  for (let i = 0; i < text.length; i++) hash = fnvStep(hash, text.charCodeAt(i));
  return hash;
}
