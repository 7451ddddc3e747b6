/**
 * How many partitions a worker should have: an equal share, and the remainder one each for the first workers by name. So no worker has more
 * than ceil(partitions / workers), and none is idle while there are as many partitions as workers. 0 for a worker that is not listed.
 */
export function shareOf(worker: string, workers: ReadonlySet<string>, partitions: number): number {
  const sorted = [...workers].sort();
  const rank = sorted.indexOf(worker);
  if (rank < 0) return 0;
  return Math.floor(partitions / sorted.length) + (rank < partitions % sorted.length ? 1 : 0);
}

/** What to claim of the free partitions: each worker begins at another one, so that they seldom try the same. */
export function chosenOf(
  worker: string,
  workers: ReadonlySet<string>,
  free: readonly number[],
  count: number,
): number[] {
  const rank = Math.max(0, [...workers].sort().indexOf(worker));
  const start = Math.floor((rank * free.length) / Math.max(1, workers.size));
  return [...free.slice(start), ...free.slice(0, start)].slice(0, count);
}
