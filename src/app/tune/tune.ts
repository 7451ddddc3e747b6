import { tuningFrom } from '../../config/tuning-words.ts';
import type { Tuning } from '../../config/schema/tuning.ts';
import type { TimeWindow } from '../../io/files/label-windows.ts';
import type { Recording } from '../../io/files/recording.ts';
import type { Kernel } from '../../nn/kernel.ts';
import { LEAST_GAIN, LossMeter } from '../compare/loss-meter.ts';
import type { Log } from '../../log.ts';
import { replay, siteOf, type ReplayOptions } from '../replay.ts';
import { endsBeforeWarmUp } from '../too-short.ts';
import { monitorOptions } from '../pipeline/monitor-options.ts';
import { EventCount, Labels } from './labels.ts';
import { Ladder, rungWithin, type Rung } from './ladder.ts';
import { SEARCHED } from './searched.ts';
import { WEEK_MS } from '../../math/time.ts';

export interface TuneOptions {
  /** Name of the recording, for errors. */
  readonly file: string;
  readonly log: Log;
  /** Where the networks run in SIMD; null for Float64. */
  readonly kernel: Kernel | null;
  /** Options of all trials. */
  readonly tuning: Partial<Tuning>;
  readonly calendar?: ReplayOptions['calendar'];
  /** The acceptable number of false alarms a week: without labels, of alarms. */
  readonly alarmsPerWeek: number;
  /** The anomalous times of the recording; null to use its label column. */
  readonly windows: readonly TimeWindow[] | null;
  /** Called with the share of the work that is done, 0 to 1, and the present task. */
  readonly onProgress: (share: number, doing: string) => void;
}

/** The result of one choice of options, after the warm-up. */
export interface Trial {
  /** As in a site file, `option=value`; empty for the starting options. */
  readonly words: readonly string[];
  /** Nats a reading. */
  readonly loss: number;
  readonly weeks: number;
  /** 0 without labels. */
  readonly events: number;
  /** The sensitivity that keeps to the acceptable number of false alarms, and its result. */
  readonly rung: Rung;
  readonly sensorFaults: number;
}

export interface Tuned {
  readonly first: Trial;
  /** The best of the trials. */
  readonly chosen: Trial;
  /** The result of one more run with the chosen options and sensitivity. */
  readonly seen: Pick<Seen, 'alarms' | 'falseAlarms' | 'found' | 'sensorFaults'>;
  readonly trials: number;
}

const PROGRESS_ROWS = 500;

/**
 * Searches the options of `SEARCHED` one after another, each from the best so far; every trial is a run through the
 * pipeline, so that no trial uses later data. With labelled events, a trial is better if it finds more of them at the sensitivity
 * that keeps to the acceptable number of false alarms, those outside of all events; without labels, if its forecasts have a lower
 * log-loss, and each alarm counts. `open` is called for each run.
 */
export async function tune(open: () => Promise<Recording>, options: TuneOptions): Promise<Tuned> {
  const runs = 2 + SEARCHED.reduce((sum, words) => sum + words.length - 1, 0);
  let done = 0;
  const run = async (words: readonly string[], doing: string): Promise<Seen> => {
    const seen = await runTrial(await open(), words, options, (share) => {
      options.onProgress((done + share) / runs, doing);
    });
    done++;
    return seen;
  };
  const first = trialOf([], await run([], 'as it is'), options);
  let chosen = first;
  const start = siteOf(['series'], { tuning: options.tuning }).tuning;
  for (const choices of SEARCHED) {
    const others = choices.filter((word) => !isSet(start, word));
    for (const word of others.slice(0, choices.length - 1)) {
      const option = word.split('=')[0];
      const words = [...chosen.words.filter((each) => !each.startsWith(`${option}=`)), word];
      const trial = trialOf(words, await run(words, word), options);
      if (isBetter(trial, chosen)) chosen = trial;
    }
  }
  const words = [...chosen.words, `sensitivity=${chosen.rung.sensitivity}`];
  const { alarms, falseAlarms, found, sensorFaults } = await run(words, `sensitivity=${chosen.rung.sensitivity}`);
  return { first, chosen, seen: { alarms, falseAlarms, found, sensorFaults }, trials: done - 1 };
}

const isSet = (tuning: Tuning, word: string): boolean =>
  Object.entries(tuningFrom([word])).every(([option, value]) => tuning[option as keyof Tuning] === value);

const isBetter = (a: Trial, b: Trial): boolean =>
  a.rung.found === b.rung.found ? a.loss < b.loss - LEAST_GAIN : a.rung.found > b.rung.found;

/** One run: the estimate for each sensitivity, and the result of its own. */
interface Seen {
  readonly loss: number;
  readonly weeks: number;
  readonly events: number;
  readonly rungs: readonly Rung[];
  readonly alarms: number;
  /** Alarms that were raised outside of all events. */
  readonly falseAlarms: number;
  readonly found: number;
  readonly sensorFaults: number;
}

const trialOf = (
  words: readonly string[],
  { loss, weeks, events, rungs, sensorFaults }: Seen,
  { alarmsPerWeek }: TuneOptions,
): Trial => ({ words, loss, weeks, events, rung: rungWithin(rungs, alarmsPerWeek * weeks), sensorFaults });

async function runTrial(
  recording: Recording,
  words: readonly string[],
  { file, log, kernel, tuning: common, calendar, windows }: TuneOptions,
  onProgress: (share: number) => void,
): Promise<Seen> {
  const tuning = siteOf(recording.values, { tuning: { ...common, ...tuningFrom(words) } }).tuning;
  const ladder = new Ladder(tuning.sensitivity, monitorOptions(tuning, kernel));
  const loss = new LossMeter();
  const labels = new Labels(windows);
  const events = new EventCount();
  const found = new EventCount();
  let ready = false; // before the present row
  let learned = false; // after it
  let readyAt = NaN;
  let lastAt = NaN;
  let rows = 0;
  let opened = 0; // in the present row
  let score: number | null = null; // of the process in the present row
  let alarms = 0;
  let falseAlarms = 0;
  let sensorFaults = 0;
  await replay(recording, {
    log,
    kernel,
    tuning,
    calendar,
    onEvent: ({ phase, anomaly }) => {
      if (phase !== 'opened') return;
      if (anomaly.kind === 'sensor') sensorFaults++;
      else opened++;
    },
    onStep: (step) => {
      loss.observe(step, 0);
      score = step.verdict?.score ?? score;
      learned = step.monitor.status.warmup === 1;
    },
    onRow: ({ at, label }) => {
      const event = labels.next(at, label);
      if (ready) events.meet(event);
      if (ready && score !== null) ladder.step(at, score, event);
      score = null;
      if (opened > 0) found.meet(event);
      alarms += opened;
      if (event < 0) falseAlarms += opened;
      opened = 0;
      if (learned && !ready) readyAt = at;
      ready = learned;
      lastAt = at;
      if (rows++ % PROGRESS_ROWS === 0) onProgress(recording.bytesRead / Math.max(1, recording.bytesTotal));
    },
  });
  if (Number.isNaN(readyAt)) throw endsBeforeWarmUp(file, tuning);
  return {
    loss: loss.all.mean(),
    weeks: Math.max(0, lastAt - readyAt) / WEEK_MS,
    events: events.count,
    rungs: ladder.rungs,
    alarms,
    falseAlarms,
    found: found.count,
    sensorFaults,
  };
}
