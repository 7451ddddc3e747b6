import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Subject } from 'rxjs';
import { onTestFinished } from 'vitest';
import type { Reply } from '../../../src/app/commands/reply.ts';
import { replySchema } from '../../../src/app/commands/reply.ts';
import { Schedule } from '../../../src/config/calendar/schedule.ts';
import type { Site } from '../../../src/config/schema/site.ts';
import { AnomalyLog } from '../../../src/io/sqlite/tables/anomaly-log.ts';
import { CommandLog } from '../../../src/io/sqlite/tables/command-log.ts';
import { openDatabase, type Database } from '../../../src/io/sqlite/database.ts';
import { SnapshotStore } from '../../../src/io/sqlite/snapshots/snapshot-store.ts';
import { Random } from '../../../src/math/random.ts';
import type { CommandRequest, LearnedPort, LedgerPort } from '../../../src/stream/ports/ports.ts';
import { siteOf, Tape, World } from '../world.ts';

let offices = 0;

/** A path for the database of one test, which is deleted after it. */
const temporaryPath = (): string => {
  const directory = mkdtempSync(join(tmpdir(), 'zankyo-office-'));
  onTestFinished(() => {
    rmSync(directory, { recursive: true });
  });
  return join(directory, 'zankyo.db');
};

export const MINUTE_MS = 60_000;
export const DAY_MS = 1440 * MINUTE_MS;
export const T = Date.UTC(2026, 0, 5);

export const site = (rest: Readonly<Record<string, unknown>> = {}): Site =>
  siteOf({
    inputs: [{ topic: 's/+', name: '{1}', unit: 'bar', range: [-50, 500] }],
    tuning: { network: false },
    ...rest,
  });

/** A ledger whose writes wait for `commit`. */
export class SlowTape extends Tape {
  private readonly waiting: Parameters<LedgerPort['write']>[] = [];

  override write(...write: Parameters<LedgerPort['write']>): void {
    this.waiting.push(write);
  }

  commit(): void {
    for (const [task, afterwards] of this.waiting.splice(0)) super.write(task, afterwards);
  }
}

interface OfficeOptions {
  readonly of?: Site;
  readonly ledger?: LedgerPort;
  readonly path?: string;
  readonly seed?: number;
  readonly learned?: LearnedPort;
}

/** A pipeline with a real database, and commands for it. Readings come once a minute, unless a value is given 50 and noise. */
export class Office {
  readonly db: Database;
  readonly log: CommandLog;
  readonly ledger: LedgerPort;
  readonly requests$ = new Subject<CommandRequest>();
  readonly world: World;
  readonly replies: Reply[] = [];
  readonly path: string;
  minute = 0;
  random: Random;
  private ids = 0;
  private readonly name = `office${offices++}`;

  /** The maintenance windows of the site apply, in UTC. */
  constructor({ of = site(), ledger = new Tape(), path = temporaryPath(), seed = 1, learned }: OfficeOptions = {}) {
    this.path = path;
    this.random = new Random(seed);
    this.ledger = ledger;
    this.db = openDatabase(path);
    this.log = new CommandLog(this.db);
    this.world = new World(of, {
      ledger,
      anomalyLog: new AnomalyLog(this.db, { quarantineRows: 10 }),
      snapshots: new SnapshotStore(this.db),
      commands: { requests$: this.requests$, log: this.log, ...(learned === undefined ? {} : { learned }) },
      ...(of.maintenance.length > 0 && { maintenance: new Schedule(of.maintenance, (wall) => wall) }),
    });
  }

  get now(): number {
    return T + this.minute * MINUTE_MS;
  }

  /** A reading of each series, and its noise. */
  readings(count: number, value = 50, series: readonly string[] = ['a']): this {
    for (let i = 0; i < count; i++) {
      for (const name of series)
        this.world.send(`s/${name}`, String(value + this.random.normal()), { receivedAt: this.now });
      this.minute++;
    }
    return this;
  }

  /** Half an hour at this value. */
  event(value: number, series?: readonly string[]): this {
    return this.readings(30, value, series).readings(60, 50, series);
  }

  /** The answer to a command, which has an id of its own unless one is given. */
  command(request: object | string, rest: Partial<CommandRequest> = {}): Reply {
    const text =
      typeof request === 'string' ? request : JSON.stringify({ id: `${this.name}-${this.ids++}`, ...request });
    this.requests$.next({
      at: this.now,
      source: 'mqtt',
      series: null,
      payload: new TextEncoder().encode(text),
      message: null,
      row: null,
      reply: (payload) => this.replies.push(replySchema.parse(JSON.parse(payload))),
      ...rest,
    });
    return this.replies.at(-1)!;
  }

  /** Openings of alarms that were published. */
  get opened(): readonly string[] {
    return this.world.events.filter(({ phase }) => phase === 'opened').map(({ anomaly }) => anomaly.id);
  }

  stop(): void {
    this.world.stop();
    this.db.close();
  }
}
