import { Subject } from 'rxjs';
import { tooMuchInfluence } from '../config/influence.ts';
import { siteSchema, type Site } from '../config/schema/site.ts';
import type { Tuning } from '../config/schema/tuning.ts';
import type { AnomalyEvent } from '../detect/episode/anomaly.ts';
import type { IsHoliday } from '../detect/forecast/calendar.ts';
import type { Habit } from '../detect/episode/habit.ts';
import type { Verdict } from '../detect/detector.ts';
import type { StreamMonitor } from '../detect/stream-monitor.ts';
import { AppError } from '../errors.ts';
import type { Recording, RecordingRow } from '../io/files/recording.ts';
import { known } from '../math/known.ts';
import type { Kernel } from '../nn/kernel.ts';
import type { Step } from '../stream/detect-per-stream.ts';
import type { Message } from '../stream/message.ts';
import { PASSING_LEDGER } from '../stream/ports/passing-ledger.ts';
import type { Ports, WindowPort } from '../stream/ports/ports.ts';
import { slugify } from '../stream/names/slug.ts';
import type { Log } from '../log.ts';
import { pipeline } from './pipeline.ts';

/** A row of the recording and its result; null and '' when the row was not scored. */
export interface ScoredRow extends RecordingRow {
  /** The higher of the score of the process and of the sensor faults; above 1 is anomalous. */
  readonly score: number | null;
  /** Whether an episode is open after the row, of the process or of a sensor. */
  readonly anomaly: boolean;
  /** The leading series, its value, and its expected value and range. */
  readonly series: string;
  readonly value: number | null;
  readonly expected: number | null;
  readonly lower: number | null;
  readonly upper: number | null;
}

/** The part of a recording that a replay needs: its rows, and the names of their columns. */
export type Rows = Pick<Recording, 'values'> & AsyncIterable<RecordingRow>;

/** What a site file says of the time of a recording. */
export interface ReplayCalendar {
  readonly timezone: string | null;
  /** Maintenance windows; those of a series or group apply to a column of its name. */
  readonly schedule: WindowPort & { readonly isEmpty: boolean };
  readonly isHoliday: IsHoliday | null;
}

export interface ReplayOptions {
  readonly log: Log;
  /** Where the networks run in SIMD; null for Float64. */
  readonly kernel: Kernel | null;
  /** Tuning options that differ from the defaults, as read from a site file. */
  readonly tuning?: Partial<Tuning>;
  readonly calendar?: ReplayCalendar | undefined;
  /** One stream for each column instead of one group of all. */
  readonly separate?: boolean;
  readonly onEvent: (event: AnomalyEvent) => void;
  /** Called for each event that has become a habit. */
  readonly onHabit?: (habit: Habit) => void;
  /** Called for each reading that its stream has processed; the next reading overwrites the step. */
  readonly onStep?: (step: Step) => void;
  /** Called for each row, in order. The replay waits for the returned promise. */
  readonly onRow?: (row: ScoredRow) => void | Promise<void>;
}

export interface ReplaySummary {
  readonly rows: number;
  readonly firstAt: number;
  readonly lastAt: number;
  /** Rows that were not scored because their time is not after the times of all rows before. */
  readonly lateRows: number;
  readonly streams: readonly { readonly stream: string; readonly warmup: number }[];
}

const TOPIC = 'recording';
const GROUP = 'recording';
const MESSAGE = { topic: TOPIC, retained: false, redelivered: false } as const;

/** A unique series name for each column: two columns may have the same slug, and one may have the name of the group. */
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
export function siteOf(
  columns: readonly string[],
  { tuning = {}, separate = false, calendar }: Partial<ReplayOptions>,
): Site {
  const names = seriesNames(columns);
  const site = siteSchema.parse({
    site: 'replay',
    timezone: calendar?.timezone ?? null,
    mqtt: { url: 'mqtt://localhost' },
    inputs: [{ topic: TOPIC, time: 'at', fields: names.map((name, i) => ({ path: `v${i}`, name })) }],
    groups: separate || names.length < 2 ? {} : { [GROUP]: { series: names } },
    max_series: Math.max(names.length, 1),
    snapshots: { every: '1d' }, // a replay does not store them
  });
  return { ...site, tuning: { ...site.tuning, ...tuning } };
}

/**
 * Runs a recording through the pipeline of the service, without a broker and as fast as possible. Each row becomes one
 * message, as from a device, and is processed before the next row is read, so memory does not grow. Rejects with
 * `config_invalid` when there are too many columns for a network that is trained by rtrl.
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
      event: options.onEvent,
      incident: () => undefined,
      habit: (habit) => options.onHabit?.(habit),
      mode: () => undefined,
    },
    anomalyLog: {
      record: () => undefined,
      recordIncident: () => undefined,
      recordHabit: () => undefined,
      recordHabitsOf: () => undefined,
      recordModesOf: () => undefined,
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
    ...(options.calendar?.schedule.isEmpty === false && { maintenance: options.calendar.schedule }),
  };
  const monitors = new Set<StreamMonitor>();
  let answer = UNSCORED; // the highest score so far for the present row
  const failures: Error[] = [];
  const { log, kernel } = options;
  const subscription = pipeline(site, ports, {
    log,
    kernel,
    clock$,
    isHoliday: options.calendar?.isHoliday ?? null,
  }).subscribe({
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
      // A row with an earlier time still arrives after the row before it, as it did live.
      clock = Math.max(at, clock + 1);
      // Rows have no time of arrival: of several with one time the first counts.
      const payload = at === lastAt ? null : rowJson(at, values);
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
    await options.onRow({ ...row, anomaly, ...withFaults(answer, monitors) });
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
 * The JSON of a row: a missing cell is a missing key. Null when all cells are missing, because a device sends no message then.
 * Times are in seconds, because the decoder reads small numbers as seconds.
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

/** A reading of a faulty sensor has no score of the process; the row gets the score of the fault, if it is higher. */
function withFaults(answer: Answer, monitors: Iterable<StreamMonitor>): Answer {
  let highest = answer;
  for (const monitor of monitors)
    for (let d = 0; d < monitor.series.length; d++) {
      const score = monitor.status.faultScoreOf(d);
      if (score > (highest.score ?? 0)) highest = { ...UNSCORED, score, series: monitor.series[d].slug };
    }
  return highest;
}
