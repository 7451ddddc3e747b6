import type { Anomaly } from '../../detect/episode/anomaly.ts';
import { known } from '../../math/known.ts';
import type { AlarmDetails, AlarmFacts } from './contract/alarm.ts';

/** One alarm, as every page shows it. */
export const factsOf = (alarm: Anomaly): AlarmFacts => {
  const { id, stream, series, kind, severity, startAt, openedAt, score, confidence } = alarm;
  const { value, expected, lower, upper, unit, reason } = alarm;
  return {
    ...{ id, stream, series, kind, severity, startAt, openedAt, score: known(score), confidence },
    ...{ value, expected, lower, upper, unit, reason },
  };
};

/** The same with its course; how many shares a page says is its own choice. */
export const detailsOf = (
  alarm: Anomaly,
  sharesOf: (shares: Anomaly['evidence']) => AlarmDetails['evidence'],
): AlarmDetails => {
  const { peakAt, endAt, endedBy, evidence, contributions } = alarm;
  return {
    ...factsOf(alarm),
    ...{ peakAt, endAt, endedBy, evidence: sharesOf(evidence), contributions: sharesOf(contributions) },
  };
};
