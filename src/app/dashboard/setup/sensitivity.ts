import type { Anomaly } from '../../../detect/episode/anomaly.ts';
import type { SensitivityCommand } from '../../../io/sqlite/tables/audit.ts';
import type { StreamView } from '../../pipeline/stream.ts';
import type { PastEvent, StreamSensitivity } from '../contract/setup.ts';

export const sensitivityOf = ({
  stream,
  series,
  sensitivity,
  siteSensitivity,
  sensitivitySet,
}: StreamView): StreamSensitivity => ({
  stream,
  series: series.length > 1 || series[0].slug !== stream ? series.map(({ slug }) => slug) : null,
  label: series.length === 1 ? (series[0].label ?? null) : null,
  sensitivity,
  ofSite: siteSensitivity,
  set: sensitivitySet,
});

/** The sensitivity from a time on. */
export interface Setting {
  readonly at: number;
  readonly sensitivity: number;
}

/**
 * The sensitivities of a stream over time, by the commands that set them and those that took them back (`timeOf`). Before the first
 * one, and after `null`, that of the present site file counts: an earlier file is not known.
 */
export function settingsOf(
  commands: readonly SensitivityCommand[],
  timeOf: (id: string) => number | null,
  ofSite: number,
): readonly Setting[] {
  const changes = commands.flatMap((command) => {
    const undone = command.undoneBy === null ? null : timeOf(command.undoneBy);
    return [{ at: command.at, command }, ...(undone === null ? [] : [{ at: undone, command }])];
  });
  const before = new Map<SensitivityCommand, number>();
  const settings: Setting[] = [{ at: -Infinity, sensitivity: ofSite }];
  for (const { at, command } of changes.toSorted((a, b) => a.at - b.at)) {
    const back = before.get(command);
    before.set(command, settings[settings.length - 1].sensitivity);
    settings.push({ at, sensitivity: back ?? valueIn(command.request) ?? ofSite });
  }
  return settings;
}

/** Null: that of the site file. */
function valueIn(request: string): number | null {
  const { value } = JSON.parse(request) as { readonly value?: unknown };
  return typeof value === 'number' ? value : null;
}

export const settingAt = (settings: readonly Setting[], at: number): number =>
  settings.findLast((setting) => setting.at <= at)!.sensitivity;

/**
 * Past alarms of a stream. log10 of the sensitivity is added to each score of the process (detector.ts), and an alarm needs a score
 * above 1: an event with the peak score s at the sensitivity x would have been an alarm with each one above
 *
 *   need = x 10^(1 - s)
 *
 * Sensor faults and drifts have limits of their own, so that for them no sensitivity matters.
 */
export const pastAlarms = (
  alarms: readonly Anomaly[],
  settings: readonly Setting[],
  answers: ReadonlyMap<string, 'fault' | 'normal'>,
): readonly PastEvent[] =>
  alarms.map(({ id, startAt, openedAt, endAt, series, severity, kind, reason, score }) => ({
    ...{ id, at: startAt, until: endAt, series, severity, kind, reason, verdict: answers.get(id) ?? null },
    need: kind === 'process' ? needOf(score, settingAt(settings, openedAt)) : null,
  }));

/** The sensitivity above which a score, reached at `sensitivity`, would be above 1. */
export const needOf = (score: number, sensitivity: number): number => sensitivity * 10 ** (1 - score);

/** The lowest sensitivity that was in force since a time. */
export const lowestSince = (settings: readonly Setting[], since: number): number =>
  Math.min(
    settingAt(settings, since),
    ...settings.filter(({ at }) => at >= since).map(({ sensitivity }) => sensitivity),
  );
