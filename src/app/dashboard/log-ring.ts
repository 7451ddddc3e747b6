import type { Log } from '../../log.ts';

/** A line of the log, as it was written. */
export interface KeptLine {
  readonly n: number;
  readonly at: number;
  readonly level: 'info' | 'warn' | 'error';
  readonly message: string;
  /** As JSON, shortened. */
  readonly fields: string;
}

/** Lines that are kept, and characters of the fields of each. */
const MAX_LINES = 500;
const MAX_CHARACTERS = 1_000;

/** The last lines of the log, for the page; the older ones are dropped. */
export class LogRing {
  private readonly kept: KeptLine[] = [];
  private count = 0;
  private readonly now: () => number;

  constructor(now: () => number) {
    this.now = now;
  }

  /** The same log, whose lines are kept too. */
  over(log: Log): Log {
    return (level, fields, message) => {
      log(level, fields, message);
      this.kept.push({ n: ++this.count, at: this.now(), level, message, fields: textOf(fields) });
      if (this.kept.length > MAX_LINES) this.kept.shift();
    };
  }

  /** Lines after number `after`, the oldest first. */
  lines(after = 0): readonly KeptLine[] {
    return this.kept.filter(({ n }) => n > after);
  }
}

const textOf = (fields: Readonly<Record<string, unknown>>): string => {
  try {
    return JSON.stringify(fields, (_, value: unknown) => (value instanceof Error ? value.message : value)).slice(
      0,
      MAX_CHARACTERS,
    );
  } catch {
    return '{}'; // it refers to itself
  }
};
