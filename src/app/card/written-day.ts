import type { Written, WrittenHour } from '../../io/sqlite/tables/written-hours.ts';
import { DAY_MS, HOUR_MS } from '../../math/time.ts';

/** The bytes that were written in the last 24 hours in which the service ran, or since it first ran. `hours`: the oldest first. */
export function lastDay(hours: readonly Written[]): Written {
  let ms = 0;
  let bytes = 0;
  for (let i = hours.length - 1; i >= 0 && ms < DAY_MS; i--) {
    // Of the oldest hour only a part may be within the day.
    const share = Math.min(1, (DAY_MS - ms) / Math.max(1, hours[i].ms));
    ms += share * hours[i].ms;
    bytes += share * hours[i].bytes;
  }
  return { ms, bytes };
}

/** Bytes a day at this rate; null within the first hour, in which the start is most of it. */
export const perDay = ({ ms, bytes }: Written): number | null => (ms < HOUR_MS ? null : (bytes * DAY_MS) / ms);

export interface WrittenDayOptions {
  /** Of earlier runs, the oldest first. */
  readonly before: readonly WrittenHour[];
  /** Bytes that this process has caused to be written; null where the system does not count them. */
  readonly writtenBytes: () => number | null;
  /** Since the start of the process, ms, on a clock that is never set. */
  readonly uptime: () => number;
  readonly save: (hour: WrittenHour) => void;
}

/**
 * The bytes that were written in the last 24 hours in which the service ran, also those of earlier runs: by the hour, and saved at the
 * end of each hour and of the run. A crash loses the count of an hour at most, its time as well as its bytes.
 */
export class WrittenDay {
  private readonly hours: WrittenHour[];
  private readonly options: WrittenDayOptions;
  /** The hour that is not over, as it was at the last start of the process or of the hour, and the counters then. */
  private open: WrittenHour;
  private from = { ms: 0, bytes: 0 };

  constructor(options: WrittenDayOptions) {
    this.options = options;
    this.hours = [...options.before];
    const last = this.hours.at(-1);
    this.open =
      last !== undefined && last.ms < HOUR_MS ? this.hours.pop()! : { n: (last?.n ?? 0) + 1, ms: 0, bytes: 0 };
  }

  /** Null where the system counts no bytes. */
  get written(): Written | null {
    const present = this.present();
    return present === null ? null : lastDay([...this.hours, present]);
  }

  /** To be called every few seconds: saves an hour that is over. */
  tick(): void {
    const present = this.present();
    if (present === null || present.ms < HOUR_MS) return;
    this.options.save(present);
    this.hours.push(present);
    if (this.hours.length > 24) this.hours.shift();
    this.from = { ms: this.options.uptime(), bytes: this.options.writtenBytes() ?? 0 };
    this.open = { n: present.n + 1, ms: 0, bytes: 0 };
  }

  /** Saves the hour that is not over, at the end of a run. */
  save(): void {
    const present = this.present();
    if (present !== null) this.options.save(present);
  }

  private present(): WrittenHour | null {
    const bytes = this.options.writtenBytes();
    if (bytes === null) return null;
    const { n, ms, bytes: before } = this.open;
    const more = this.options.uptime() - this.from.ms;
    return { n, ms: Math.round(ms + more), bytes: before + bytes - this.from.bytes };
  }
}
