import type { JudgedSignal } from './judge.ts';

/**
 * Leaves out a meter of energy whose device also reports its power, in the same message or under a name that differs in the word for the
 * quantity. The meter adds nothing, and its rate is worse: it counts in steps of 10 Wh, and a step within two seconds is a rate of 18 kW.
 */
export function withoutRepeatedEnergy(signals: readonly JudgedSignal[]): readonly JudgedSignal[] {
  const powers = new Set(signals.flatMap((signal) => (isPower(signal) ? placesOf(signal) : [])));
  return signals.map((signal) =>
    isMeter(signal) && placesAround(signal).some((place) => powers.has(place))
      ? { ...signal, why: 'repeats power' }
      : signal,
  );
}

const isPower = ({ why, wanted }: JudgedSignal): boolean => why === null && /^k?W$/.test(wanted.unit ?? '');
const isMeter = ({ why, wanted }: JudgedSignal): boolean =>
  why === null && wanted.counter !== undefined && /^k?Wh$/.test(wanted.unit ?? '');

/** The member of the message that has the value, and the name of the value without the word for its quantity. */
const placesOf = (signal: JudgedSignal): readonly string[] => [
  ...(signal.signal === '' ? [] : [memberOf(signal, parentOf(signal.signal))]),
  formOf(signal),
];

/** The same of a meter: the member with the power may be one around it, as `switch:0` around `switch:0.aenergy`. */
function placesAround(signal: JudgedSignal): readonly string[] {
  const places = [formOf(signal)];
  if (signal.signal === '') return places;
  for (let member = parentOf(signal.signal); ; member = parentOf(member)) {
    places.push(memberOf(signal, member));
    if (member === '') return places;
  }
}

const parentOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('.')));
const memberOf = ({ topic, device }: JudgedSignal, member: string): string =>
  JSON.stringify([topic.topic, device, member]);
const formOf = ({ device, signal }: JudgedSignal): string =>
  `${device}/${signal}`.replace(/power|watt|energy|kwh/gi, '+');
