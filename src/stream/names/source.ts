import { fnvText } from '../fnv.ts';

/** A topic as a positive number that a Float64 stores exactly: a 32-bit hash plus 1. */
export const sourceOf = (topic: string): number => 1 + (fnvText(topic) >>> 0);
