import { COLUMNS } from '../../../stream/history/bucket.ts';
import { clearBlock, type SeriesRing } from '../../../stream/history/series-ring.ts';
import { TIERS } from '../../../stream/history/tiers.ts';
import { bytesOf, readBlock } from './block-bytes.ts';

/** Format of the bytes. */
const VERSION = 1;
const DOUBLE = 8;
const LENGTH = 2;

/** A ring as bytes: a version, the present minute, its bucket; then for each tier the number, length and bytes of its present block. */
export function openBytes({ minute, present, blocks, data }: SeriesRing): Uint8Array {
  const packed = data.map(bytesOf);
  const length = packed.reduce((sum, bytes) => sum + DOUBLE + LENGTH + bytes.length, 1 + (1 + COLUMNS) * DOUBLE);
  const view = new DataView(new ArrayBuffer(length));
  view.setUint8(0, VERSION);
  let at = 1;
  for (const x of [minute, ...present]) {
    view.setFloat64(at, x, true);
    at += DOUBLE;
  }
  const bytes = new Uint8Array(view.buffer);
  packed.forEach((block, tier) => {
    view.setFloat64(at, blocks[tier], true);
    view.setUint16(at + DOUBLE, block.length, true);
    bytes.set(block, at + DOUBLE + LENGTH);
    at += DOUBLE + LENGTH + block.length;
  });
  return bytes;
}

/** Restores a ring. False if the bytes are damaged: then the ring is new, or has the part before the damage. */
export function readOpen(bytes: Uint8Array, ring: SeriesRing): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const head = 1 + (1 + COLUMNS) * DOUBLE;
  if (bytes.length < head || view.getUint8(0) !== VERSION) return false;
  let at = head;
  for (let tier = 0; tier < TIERS.length; tier++) {
    if (at + DOUBLE + LENGTH > bytes.length) return false;
    const begin = at + DOUBLE + LENGTH;
    const end = begin + view.getUint16(at + DOUBLE, true);
    if (end > bytes.length) return false;
    clearBlock(ring.data[tier]);
    if (!readBlock(bytes.subarray(begin, end), ring.data[tier])) return false;
    ring.blocks[tier] = view.getFloat64(at, true);
    at = end;
  }
  ring.minute = view.getFloat64(1, true);
  for (let c = 0; c < COLUMNS; c++) ring.present[c] = view.getFloat64(1 + (1 + c) * DOUBLE, true);
  return true;
}
