/** First and last index of a stretch of rows. */
export type Run = readonly [first: number, last: number];

/** The stretches of rows for which `marked` holds. */
export function runsOf(rows: number, marked: (row: number) => boolean): Run[] {
  const runs: Run[] = [];
  for (let row = 0; row < rows; row++) {
    if (!marked(row)) continue;
    const first = row;
    while (row + 1 < rows && marked(row + 1)) row++;
    runs.push([first, row]);
  }
  return runs;
}
