import type { ProposedInput } from './proposed.ts';
import type { SurveyedTopic } from './survey.ts';

/** How many messages topics have, and how often one comes. */
export function trafficOf(topics: readonly SurveyedTopic[]): Pick<ProposedInput, 'topics' | 'live' | 'everyMs'> {
  const withNumbers = topics.filter(({ signals }) => signals > 0);
  const intervals = withNumbers
    .filter(({ live }) => live > 1)
    .map(({ live, firstAt, lastAt }) => (lastAt - firstAt) / (live - 1))
    .sort((a, b) => a - b);
  return {
    topics: withNumbers.length,
    live: withNumbers.reduce((sum, { live }) => sum + live, 0),
    everyMs: intervals.length === 0 ? null : intervals[Math.floor(intervals.length / 2)],
  };
}
