import { DAY_MS, HOUR_MS, WEEK_MS } from '../../math/time.ts';
import type { CycleSeries } from './cycles.ts';
import { isWeekend } from './demand.ts';
import { machineOf, type AnyFault, type AnySeries } from './waterworks.ts';

/** An alert as received over MQTT. */
export interface Alert {
  readonly id: string;
  readonly phase: string;
  readonly at: number;
  readonly series: string;
}

export interface FaultResult {
  readonly kind: AnyFault['kind'];
  readonly series: AnySeries;
  readonly at: number;
  readonly detected: boolean;
  /** From the fault's first reading to the alert; null when it was missed. */
  readonly delayMs: number | null;
  /** The series that the alert named; null when it was missed. */
  readonly named: string | null;
}

/** A machine that switches: its strokes or starts are news at first and must become normal. */
export interface HabitResult {
  readonly series: CycleSeries;
  /** Strokes or starts a day. */
  readonly aDay: number;
  /** Alarms that opened in each week of the habit while no fault lasted. */
  readonly alarms: readonly number[];
}

export interface Tally {
  readonly faults: readonly FaultResult[];
  readonly falseAlarms: number;
  /** Those of them that opened before `weekSeenAt`, on a day of a kind that the detector had not seen yet: the first weekend. */
  readonly unseen: number;
}

/** A spike is over in a minute; an alert within this time after its start still counts for it. */
const MIN_WINDOW_MS = 15 * 60_000;
/** The return to normal is part of the fault: an alert during it is neither a detection nor a false alarm. */
const AFTERMATH_MS = 2 * HOUR_MS;

/** The end of the time in which an alert counts as a detection: `endAt` is the first healthy reading. */
const windowEnd = ({ at, endAt }: AnyFault): number => Math.max(endAt, at + MIN_WINDOW_MS);

const concerns = (alert: Alert, fault: AnyFault): boolean => machineOf(alert.series) === machineOf(fault.series);

/** The alerts that opened while no fault of their machine lasted, nor within two hours after one. */
const falseAmong = (faults: readonly AnyFault[], alerts: readonly Alert[]): Alert[] =>
  alerts.filter(
    (alert) =>
      alert.phase === 'opened' &&
      !faults.some(
        (fault) => concerns(alert, fault) && alert.at >= fault.at && alert.at <= windowEnd(fault) + AFTERMATH_MS,
      ),
  );

/**
 * Compares alerts and faults. A fault is detected by the first alert about its machine that opens or worsens while it lasts; an
 * alert that opens while no fault of its machine lasts, nor within two hours after one, is false. Faults that begin after `until`
 * do not count. `weekSeenAt`: when the detector has seen all days of a week.
 */
export function tally(
  faults: readonly AnyFault[],
  alerts: readonly Alert[],
  until: number,
  weekSeenAt = -Infinity,
): Tally {
  const happened = faults.filter(({ at }) => at <= until);
  const results = happened.map((fault): FaultResult => {
    const alert = alerts.find(
      (each) =>
        (each.phase === 'opened' || each.phase === 'updated') &&
        concerns(each, fault) &&
        each.at >= fault.at &&
        each.at < windowEnd(fault),
    );
    return {
      kind: fault.kind,
      series: fault.series,
      at: fault.at,
      detected: alert !== undefined,
      delayMs: alert === undefined ? null : alert.at - fault.at,
      named: alert?.series ?? null,
    };
  });
  const wrong = falseAmong(happened, alerts);
  return {
    faults: results,
    falseAlarms: wrong.length,
    unseen: wrong.filter(({ at }) => at < weekSeenAt && isWeekend(at)).length,
  };
}

/**
 * The habit of a machine: `times` strokes or starts up to `until`, and the alarms about them. It begins at its `new-habit`, at
 * `warmAt` where it has none.
 */
export function habitOf(
  series: CycleSeries,
  times: number,
  faults: readonly AnyFault[],
  alerts: readonly Alert[],
  { startAt, warmAt, until }: { readonly startAt: number; readonly warmAt: number; readonly until: number },
): HabitResult {
  const news = faults.find((fault) => fault.kind === 'new-habit' && fault.series === series);
  const from = news?.at ?? warmAt;
  const alarms = new Array<number>(Math.max(0, Math.ceil((until - from) / WEEK_MS))).fill(0);
  const counted = faults.filter((fault) => fault !== news);
  for (const { series: named, at } of falseAmong(counted, alerts))
    if (named === series && at >= from && at < until) alarms[Math.floor((at - from) / WEEK_MS)]++;
  return { series, aDay: (times * DAY_MS) / Math.max(1, until - (news?.at ?? startAt)), alarms };
}
