import type { JudgedTopic, Signal } from './judge.ts';

/** Leaves out the notifications of a Shelly that publishes the status of each component by itself: they repeat it. */
export function withoutRepeatedStatus(topics: readonly JudgedTopic[]): readonly JudgedTopic[] {
  const status = new Set(topics.flatMap(({ topic }) => /^([^/]+)\/status\/\w+:\d+$/.exec(topic)?.[1] ?? []));
  return topics.filter(({ topic }) => !(topic.endsWith('/events/rpc') && status.has(topic.split('/')[0])));
}

/**
 * Leaves out a meter of energy whose device also reports its power, in the same message or on a topic that differs in one level. The
 * meter adds nothing, and its rate is worse: it counts in steps of 10 Wh, and a step within two seconds is a rate of 18 kW.
 */
export function withoutRepeatedEnergy(topics: readonly JudgedTopic[]): readonly JudgedTopic[] {
  const powers = new Set(topics.flatMap((topic) => (topic.signals.some(isPower) ? formsOf(topic) : [])));
  return topics.map((topic) => {
    const { signals, others } = topic;
    if (!signals.some(isMeter) || !formsOf(topic).some((name) => powers.has(name))) return topic;
    return {
      ...topic,
      signals: signals.filter((signal) => !isMeter(signal)),
      others: [...others, ...signals.filter(isMeter).map(({ path }) => ({ path, why: 'repeats power' }))],
    };
  });
}

const isPower = ({ quantity }: Signal): boolean => quantity.name === 'power';
const isMeter = ({ quantity }: Signal): boolean => quantity.name === 'energy' && quantity.counter !== undefined;

/** The topic. If its payload is the value, also the topic with `+` for the name of the value, once for each level that has it. */
const formsOf = ({ topic, signals }: JudgedTopic): readonly string[] => {
  if (signals.some(({ path }) => path !== '')) return [topic];
  const levels = topic.split('/');
  const forms = levels.map((level, i) => levels.with(i, level.replace(/power|watt|energy|kwh/gi, '+')).join('/'));
  return [topic, ...forms.filter((form) => form !== topic)];
};
