import type { JudgedTopic, Signal } from './judge.ts';

/** A Shelly that publishes the status of its components by themselves repeats it in its notifications. */
export function withoutRepeatedStatus(topics: readonly JudgedTopic[]): readonly JudgedTopic[] {
  const status = new Set(topics.flatMap(({ topic }) => /^([^/]+)\/status\/\w+:\d+$/.exec(topic)?.[1] ?? []));
  return topics.filter(({ topic }) => !(topic.endsWith('/events/rpc') && status.has(topic.split('/')[0])));
}

/**
 * A meter of energy whose device also reports its power says nothing that the power does not say, and worse: it counts in steps of 10 Wh,
 * and a step within two seconds is a rate of 18 kW. The power is in the same message, or on a topic that differs in one level.
 */
export function withoutRepeatedEnergy(topics: readonly JudgedTopic[]): readonly JudgedTopic[] {
  const powers = new Set(
    topics.flatMap((topic) => (topic.signals.some(isPower) ? [topic.topic, ...patternsOf(topic)] : [])),
  );
  return topics.map((topic) => {
    const { signals, others } = topic;
    if (!signals.some(isMeter) || ![topic.topic, ...patternsOf(topic)].some((name) => powers.has(name))) return topic;
    return {
      ...topic,
      signals: signals.filter((signal) => !isMeter(signal)),
      others: [...others, ...signals.filter(isMeter).map(({ path }) => ({ path, why: 'repeats power' }))],
    };
  });
}

const isPower = ({ quantity }: Signal): boolean => quantity.name === 'power';
const isMeter = ({ quantity }: Signal): boolean => quantity.name === 'energy' && quantity.counter !== undefined;

/** Of a topic with one value: the topic with each level that names the value left out in turn. */
const patternsOf = ({ topic, signals }: JudgedTopic): readonly string[] => {
  if (signals.some(({ path }) => path !== '')) return [];
  const levels = topic.split('/');
  return levels.flatMap((level, i) =>
    /power|watt|energy|kwh/i.test(level)
      ? [levels.toSpliced(i, 1, level.replace(/power|watt|energy|kwh/gi, '+')).join('/')]
      : [],
  );
};
