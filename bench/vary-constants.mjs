// How much of a figure depends on the exact values of the constants? node bench/vary-constants.mjs [FACTOR]
//
// Prints 44 lines: the --constant options of accuracy.mjs for 44 variants, in each of which every constant of src/detect/constants.ts is
// multiplied or divided by FACTOR, 1.25 by default. The signs are a screening design (Plackett & Burman 1946, from the Hadamard matrix
// that Paley 1933 builds from the prime 43): each constant is high in 22 variants, and for any two of them all four combinations are in
// 11. So the mean over the variants with a constant high, minus that over the others, is its effect, however the others are.
// The variants of the first half have each constant high in 11 of 22.
import { pathToFileURL } from 'node:url';

const PRIME = 43;
/** Numbers of readings and of days: they stay whole. */
const COUNTS = ['MIN_SPAN', 'OCCUPANCY_DAYS', 'HALVE_AT', 'SURE_AFTER', 'RECENT_SPAN', 'SLOW_SPAN', 'CHANCE_FROM'];

/** Signs of 43 constants in 44 variants, each 1 or -1. The 22 in which the last one is 1 come first. */
export function signs() {
  const squares = new Set(Array.from({ length: PRIME - 1 }, (_, i) => (i + 1) ** 2 % PRIME));
  const sign = (a) => (a === 0 || squares.has((a + PRIME) % PRIME) ? 1 : -1);
  const constants = Array.from({ length: PRIME }, (_, c) => c);
  const rows = constants.map((r) => constants.map((c) => sign(c - r)));
  rows.push(constants.map(() => -1));
  return rows.sort((a, b) => b[PRIME - 1] - a[PRIME - 1]);
}

/** NAME=VALUE of a constant that is multiplied by `factor`, sign 1, or divided by it, -1. */
export function changed(constants, name, factor, sign) {
  const x = constants[name] * factor ** sign;
  return `${name}=${COUNTS.includes(name) ? Math.round(x) : Number(x.toPrecision(6))}`;
}

/** NAME=VALUE of each constant, in each variant. */
export const variants = (constants, factor) =>
  signs().map((row) => Object.keys(constants).map((name, c) => changed(constants, name, factor, row[c])));

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const factor = Number(process.argv[2] ?? 1.25);
  if (!(factor > 1)) {
    console.error('usage: node bench/vary-constants.mjs [FACTOR], which is above 1');
    process.exit(64);
  }
  const { CONSTANTS } = await import('../dist/detect/constants.js');
  for (const variant of variants(CONSTANTS, factor)) console.log(variant.map((text) => `--constant ${text}`).join(' '));
}
