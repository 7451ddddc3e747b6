import type { Fault, FaultKind } from './faults.ts';
import type { Series } from './plant.ts';

/** An alert as received over MQTT. */
export interface Alert {
  readonly id: string;
  readonly phase: string;
  readonly at: number;
  readonly series: string;
}

export interface FaultResult {
  readonly kind: FaultKind;
  readonly series: Series;
  readonly at: number;
  readonly detected: boolean;
  /** From the fault's first reading to the alert; null when it was missed. */
  readonly delayMs: number | null;
  /** The series that the alert named; null when it was missed. */
  readonly named: string | null;
}

export interface Tally {
  readonly faults: readonly FaultResult[];
  readonly falseAlarms: number;
}

/** A spike is over in a minute; an alert within this time after its start still counts for it. */
const MIN_WINDOW_MS = 15 * 60_000;
/** The return to normal is part of the fault: an alert during it is neither a detection nor a false alarm. */
const AFTERMATH_MS = 2 * 3_600_000;

/** The end of the time in which an alert counts as a detection: `endAt` is the first healthy reading. */
const windowEnd = ({ at, endAt }: Fault): number => Math.max(endAt, at + MIN_WINDOW_MS);

/**
 * Compares alerts and faults. A fault is detected by the first alert that opens or worsens while it lasts; an alert that
 * opens while no fault lasts, nor within two hours after one, is false. Faults that begin after `until` do not count.
 */
export function tally(faults: readonly Fault[], alerts: readonly Alert[], until: number): Tally {
  const happened = faults.filter(({ at }) => at <= until);
  const results = happened.map((fault): FaultResult => {
    const alert = alerts.find(({ phase, at }) => phase !== 'closed' && at >= fault.at && at < windowEnd(fault));
    return {
      kind: fault.kind,
      series: fault.series,
      at: fault.at,
      detected: alert !== undefined,
      delayMs: alert === undefined ? null : alert.at - fault.at,
      named: alert?.series ?? null,
    };
  });
  const excused = (at: number): boolean =>
    happened.some((fault) => at >= fault.at && at <= windowEnd(fault) + AFTERMATH_MS);
  const falseAlarms = alerts.filter(({ phase, at }) => phase === 'opened' && !excused(at)).length;
  return { faults: results, falseAlarms };
}
