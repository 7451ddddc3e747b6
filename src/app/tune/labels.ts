import type { TimeWindow } from '../../io/files/label-windows.ts';

/** The event of each row of a recording, row by row, from a label column or from windows of time. */
export class Labels {
  private readonly windows: readonly TimeWindow[] | null;
  private before = false; // whether the last row was labelled
  private number = -1;

  constructor(windows: readonly TimeWindow[] | null) {
    this.windows = windows;
  }

  /** The number of the next row's event, from 0 on; -1 for none. */
  next(at: number, label: boolean): number {
    if (this.windows !== null) return this.windows.findIndex(([from, to]) => at >= from && at <= to);
    if (label && !this.before) this.number++;
    this.before = label;
    return label ? this.number : -1;
  }
}

/** Counts events, each once, in their order. */
export class EventCount {
  count = 0;
  private last = -1;

  /** Adds the number of an event, -1 for none. */
  meet(event: number): void {
    if (event < 0 || event === this.last) return;
    this.last = event;
    this.count++;
  }
}
