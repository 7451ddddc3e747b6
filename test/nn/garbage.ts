import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/**
 * Bytes on the heap that a step leaves behind, in the round least disturbed by the engine itself: less than 1 is none, for the
 * smallest object takes 12. Steps first until they are compiled, since the interpreter boxes every double.
 */
export function garbagePerStep(steps: (count: number) => void): number {
  steps(20_000);
  let [least, rounds] = [Infinity, 40];
  while (least >= 1 && rounds-- > 0) {
    collectGarbage(); // an empty nursery: none of the steps is followed by a collection that hides it
    const before = process.memoryUsage().heapUsed;
    steps(2000);
    least = Math.min(least, (process.memoryUsage().heapUsed - before) / 2000);
  }
  return least;
}
