import { Subject } from 'rxjs';
import { tooMuchInfluence } from '../config/influence.ts';
import { siteSchema, type Site, type Tuning } from '../config/schema.ts';
import type { AnomalyEvent } from '../detect/episode/anomaly.ts';
import type { Verdict } from '../detect/detector.ts';
import type { StreamMonitor } from '../detect/stream-monitor.ts';
import { AppError } from '../errors.ts';
import type { Recording, RecordingRow } from '../io/files/recording.ts';
import { known } from '../math/known.ts';
import type { Kernel } from '../nn/kernel.ts';
import type { Step } from '../stream/detect-per-stream.ts';
import type { Message } from '../stream/message.ts';
import { PASSING_LEDGER } from '../stream/passing-ledger.ts';
import type { Ports } from '../stream/ports.ts';
import { slugify } from '../stream/slug.ts';
import type { Log } from '../log.ts';
import { pipeline } from './pipeline.ts';

/** A row of the recording and what it was answered with; empty where it was not scored. */
export interface ScoredRow extends RecordingRow {
  /** Above 1 is anomalous: of the process, or of a sensor at fault, whichever is worse. */
  readonly score: number | null;
  /** Whether an episode is open after the row, of the process or of a sensor. */
  readonly anomaly: boolean;
  /** The series that led, its value, and what was expected of it. */
  readonly series: string;
  readonly value: number | null;
  readonly expected: number | null;
  readonly lower: number | null;
  readonly upper: number | null;
}

/** What of a recording is run: its rows, and the names of their columns. */
export type Rows = Pick<Recording, 'values'> & AsyncIterable<RecordingRow>;

export interface ReplayOptions {
  readonly log: Log;
  /** Where the networks run in SIMD; null for Float64. */
  readonly kernel: Kernel | null;
  /** What the tuning of the streams has other than the defaults, as read from a site file. */
  readonly tuning?: Partial<Tuning>;
  /** One stream for each column instead of one group of all. */
  readonly separate?: boolean;
  readonly onEvent: (event: AnomalyEvent) => void;
  /** Called for each reading that has been through its stream; the step is overwritten by the next. */
  readonly onStep?: (step: Step) => void;
  /** Called for each row, in order. What it returns is waited for. */
  readonly onRow?: (row: ScoredRow) => void | Promise<void>;
}

export interface ReplaySummary {
  readonly rows: number;
  readonly firstAt: number;
  readonly lastAt: number;
  /** Rows whose time is not after that of all rows before, and so were not scored. */
  readonly lateRows: number;
  readonly streams: readonly { readonly stream: string; readonly warmup: number }[];
}

const TOPIC = 'recording';
const GROUP = 'recording';
const MESSAGE = { topic: TOPIC, retained: false, redelivered: false } as const;

/** A series name for each column: columns may differ in what a slug leaves out, and one may be called like the group. */
export function seriesNames(columns: readonly string[]): readonly string[] {
  const taken = new Set([GROUP]);
  return columns.map((column, i) => {
    const slug = slugify(column) || `column-${i + 1}`;
    let name = slug;
    for (let n = 2; taken.has(name); n++) name = `${slug}-${n}`;
    taken.add(name);
    return name;
  });
}

/** A site of one topic, whose payload is a row as a JSON object. */
export function siteOf(columns: readonly string[], { tuning = {}, separate = false }: Partial<ReplayOptions>): Site {
  const names = seriesNames(columns);
  const site = siteSchema.parse({
    site: 'replay',
    mqtt: { url: 'mqtt://localhost' },
    inputs: [{ topic: TOPIC, time: 'at', fields: names.map((name, i) => ({ path: `v${i}`, name })) }],
    groups: separate || names.length < 2 ? {} : { [GROUP]: { series: names } },
    max_series: Math.max(names.length, 1),
    snapshots: { every: '1d' }, // nobody keeps them
  });
  return { ...site, tuning: { ...site.tuning, ...tuning } };
}

/**
 * Runs a recording through the pipeline of the service, without a broker and as fast as it goes. Each row becomes the
 * message that a device would have sent, and is answered before the next one is read, so memory does not grow. Rejects with
 * `config_invalid` when the columns are too many for the network to learn by rtrl.
 */
export async function replay(recording: Rows, options: ReplayOptions): Promise<ReplaySummary> {
  const site = siteOf(recording.values, options);
  const together = Math.max(1, ...Object.values(site.groups).map(({ series }) => series.length));
  const tooMuch = tooMuchInfluence(site.tuning, together);
  if (tooMuch !== null) throw new AppError('config_invalid', `tuning: ${tooMuch}`);
  const messages$ = new Subject<Message>();
  const clock$ = new Subject<number>();
  const ports: Ports = {
    messages$,
    alerts: {
      state: () => undefined,
      health: () => undefined,
      event: options.onEvent,
      incident: () => undefined,
      droppedEvents: 0,
    },
    anomalyLog: {
      record: () => undefined,
      recordIncident: () => undefined,
      openIncidents: () => [],
      quarantine: () => undefined,
    },
    snapshots: {
      streams: () => [],
      load: () => ({ whole: [], damaged: 0 }),
      save: () => undefined,
      replace: () => undefined,
      oldest: () => null,
      before: () => [],
      forgetSince: () => undefined,
    },
    ledger: PASSING_LEDGER,
  };
  const monitors = new Set<StreamMonitor>();
  let answer = UNSCORED; // the worst so far to the present row
  const failures: Error[] = [];
  const { log, kernel } = options;
  const subscription = pipeline(site, ports, { log, kernel, clock$ }).subscribe({
    next: (step) => {
      monitors.add(step.monitor);
      options.onStep?.(step);
      if (step.verdict !== null && step.verdict.score >= (answer.score ?? 0))
        answer = answerOf(step.monitor, step.verdict);
    },
    error: (error: unknown) => {
      failures.push(error instanceof Error ? error : new Error('the pipeline failed', { cause: error }));
    },
  });

  const encoder = new TextEncoder();
  let rows = 0;
  let firstAt = NaN;
  let lastAt = NaN;
  let lateRows = 0;
  let clock = -Infinity;
  for await (const row of recording) {
    const { at, values } = row;
    answer = UNSCORED;
    if (!Number.isNaN(at)) {
      // A row that is late by its own time still arrives after the one before it, as it would have live.
      clock = Math.max(at, clock + 1);
      const payload = rowJson(at, values);
      if (payload === null) clock$.next(clock);
      else messages$.next({ ...MESSAGE, payload: encoder.encode(payload), receivedAt: clock });
      if (failures.length > 0) throw failures[0];
      if (Number.isNaN(firstAt)) firstAt = lastAt = at;
      else if (at <= lastAt) lateRows++;
      lastAt = Math.max(at, lastAt);
    }
    rows++;
    if (options.onRow === undefined) continue;
    let anomaly = false;
    for (const monitor of monitors) anomaly ||= monitor.status.alarmed;
    await options.onRow({ ...row, anomaly, ...heedFaults(answer, monitors) });
  }
  subscription.unsubscribe();
  return {
    rows,
    firstAt,
    lastAt,
    lateRows,
    streams: [...monitors].map(({ stream, status }) => ({ stream, warmup: status.warmup })),
  };
}

/**
 * A missing cell is a missing key: a device leaves out what it does not know, and says nothing when it knows nothing
 * (null). Times in seconds, as small ones read so.
 */
const rowJson = (at: number, values: Float64Array): string | null => {
  let text = '';
  values.forEach((value, i) => {
    if (!Number.isNaN(value)) text += `,"v${i}":${value}`;
  });
  return text === '' ? null : `{"at":${at / 1000}${text}}`;
};

type Answer = Omit<ScoredRow, keyof RecordingRow | 'anomaly'>;

const UNSCORED: Answer = { score: null, series: '', value: null, expected: null, lower: null, upper: null };

function answerOf(monitor: StreamMonitor, { score, leading }: Verdict): Answer {
  const { value, expected, lower, upper } = monitor.detector.series[leading];
  return {
    score,
    series: monitor.series[leading].slug,
    value: known(value),
    expected: known(expected),
    lower: known(lower),
    upper: known(upper),
  };
}

/** What a sensor at fault says is no measurement, so the process has no score for it; the row has one all the same. */
function heedFaults(answer: Answer, monitors: Iterable<StreamMonitor>): Answer {
  let worst = answer;
  for (const monitor of monitors)
    for (let d = 0; d < monitor.series.length; d++) {
      const score = monitor.status.faultScoreOf(d);
      if (score > (worst.score ?? 0)) worst = { ...UNSCORED, score, series: monitor.series[d].slug };
    }
  return worst;
}
