import type { SignalFacts } from './signal-facts.ts';
import { factsOf } from './signals.ts';

/**
 * The facts of a format that names its signals freely and states units, or does not: its own, and from the words only whether
 * it is a signal, a counter, or on and off. A unit and a range of the words would be a guess: `temperature=82` of an Influx
 * line is mostly in °F.
 */
export const statedFacts = (
  device: string,
  signal: string,
  stated: SignalFacts | null,
  isTopic = false,
): SignalFacts => {
  const { noSignal, counter, binary } = factsOf(device, signal, isTopic);
  return {
    ...(noSignal === undefined ? {} : { noSignal }),
    ...(counter === undefined ? {} : { counter }),
    ...(binary === undefined ? {} : { binary }),
    ...stated,
  };
};
