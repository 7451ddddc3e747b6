/** FNV-1a, 32 bits (RFC 9923): the offset basis, and one step for each byte or UTF-16 unit. */
const FNV_START = 0x811c9dc5;
export const fnvStep = (hash: number, unit: number): number => Math.imul(hash ^ unit, 0x01000193);

/** Hash of a text, over its UTF-16 units. */
export function fnvText(text: string): number {
  let hash = FNV_START;
  for (let i = 0; i < text.length; i++) hash = fnvStep(hash, text.charCodeAt(i));
  return hash;
}
