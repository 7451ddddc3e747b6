import { GCProfiler, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/**
 * Bytes on the heap that a step leaves behind, in the round least disturbed by the engine itself: less than 1 is none, for the
 * smallest object takes 12, a double 16. Steps first until they are compiled, since the interpreter boxes every double. Node 24
 * compiles the loop of the test anew in many rounds, which leaves 25 KB however many steps a round has: so each round is longer
 * than the one before.
 */
export function garbagePerStep(steps: (count: number) => void): number {
  steps(20_000);
  let least = Infinity;
  for (let round = 1; least >= 1 && round <= 40; round++) {
    const count = 1000 * (1 + round);
    const profiler = new GCProfiler();
    collectGarbage();
    profiler.start();
    const before = process.memoryUsage().heapUsed;
    steps(count);
    const left = process.memoryUsage().heapUsed - before;
    // A collection would hide what the steps have left.
    if (profiler.stop().statistics.length === 0) least = Math.min(least, left / count);
  }
  return least;
}
