/** A topic as a positive number that fits into a memory: FNV-1a, 32 bits, over its UTF-16 units (RFC 9923), and one. */
export function sourceOf(topic: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < topic.length; i++) hash = Math.imul(hash ^ topic.charCodeAt(i), 0x01000193);
  return 1 + (hash >>> 0);
}
