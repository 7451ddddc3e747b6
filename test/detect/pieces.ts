import type { Memory } from '../../src/math/memory.ts';

/** The pieces of a memory by name. */
export function piecesOf(memory: Memory): Map<string, Uint8Array> {
  const bytes = memory.toBytes();
  let offset = 0;
  return new Map(
    memory.layout.split(' ').map((piece): [string, Uint8Array] => {
      const [, name, length] = /^(.*):(\d+)$/.exec(piece)!;
      return [name, bytes.slice(offset, (offset += Number(length)))];
    }),
  );
}
