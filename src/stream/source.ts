import { fnvText } from './fnv.ts';

/** A topic as a positive number that fits into a memory: a hash of 32 bits, and one. */
export const sourceOf = (topic: string): number => 1 + (fnvText(topic) >>> 0);
