import type { Anomaly } from '../../../detect/episode/anomaly.ts';
import { EVIDENCE_KINDS } from '../../../detect/evidence/kind.ts';
import { MOST_BELOW } from '../../../detect/recurrence/recurrence.ts';
import { HOUR_MS } from '../../../math/time.ts';
import { COLUMNS, KIND, SCORE } from '../../../stream/history/bucket.ts';
import { readWindow } from '../../../stream/history/downsample.ts';
import type { SeriesHistory } from '../../../stream/history/port.ts';
import type { PastEvent } from '../contract/setup.ts';
import { lowestSince, needOf, settingAt, type Setting } from './sensitivity.ts';

/** Buckets of one series that are read: a quarter of an hour each for 30 days. */
const POINTS = 3_000;
/** The history has single precision. */
const LEAST = MOST_BELOW + 1e-3;
/** Raised scores closer to each other are one event. */
const JOIN_MS = HOUR_MS;

/** `begin`: of the first scores in the span; Infinity where there are none. */
export interface Unreported {
  readonly begin: number;
  readonly events: readonly PastEvent[];
}

export interface Span {
  readonly since: number;
  readonly now: number;
}

/**
 * Events of a series that were no alarm, from the highest scores that its history keeps: with a score from 0.5 to 1. Below that no rate
 * is computed. Those of 1 and more without an alarm came in the warm-up, the cool-down or too short a time: a sensitivity changes nothing
 * about them. `alarms`: those of the stream.
 */
export function unreported(
  history: SeriesHistory,
  { since, now }: Span,
  alarms: readonly Pick<Anomaly, 'startAt' | 'endAt'>[],
  settings: readonly Setting[],
): Unreported {
  const { at, buckets, bucketMs } = readWindow(history, { from: since, until: now, points: POINTS });
  const runs: { from: number; until: number; score: number; kind: number }[] = [];
  for (const [k, from] of at.entries()) {
    const score = buckets[k * COLUMNS + SCORE];
    if (!(score > LEAST)) continue;
    const until = from + bucketMs;
    const kind = buckets[k * COLUMNS + KIND];
    const run = runs.at(-1);
    if (run === undefined || from - run.until > JOIN_MS) runs.push({ from, until, score, kind });
    else Object.assign(run, { until }, score > run.score ? { score, kind } : {});
  }
  const events = runs
    .filter(({ score }) => score <= 1)
    .filter(({ from, until }) => !alarms.some(({ startAt, endAt }) => startAt < until && (endAt ?? now) >= from))
    .map(({ from, until, score, kind }): PastEvent => ({
      ...{ id: null, at: from, until, series: history.slug, severity: null, kind: 'process', verdict: null },
      reason: `${history.slug}: highest score ${score.toFixed(2)}${kindText(kind)}`,
      need: needOf(score, settingAt(settings, from)),
    }));
  return { begin: at.at(0) ?? Infinity, events };
}

const kindText = (kind: number): string =>
  Number.isNaN(kind) || kind < 0 ? '' : `, mostly ${EVIDENCE_KINDS[kind].replaceAll('_', ' ')}`;

/** Up to which sensitivity all events since `since`, or since `scores` where that is later, are known. */
export const knownUpTo = (settings: readonly Setting[], since: number, scores: number): number =>
  Number.isFinite(scores)
    ? needOf(MOST_BELOW, lowestSince(settings, Math.max(since, scores)))
    : lowestSince(settings, since);
