import type { NoSignal, SignalFacts } from './signal-facts.ts';
import { GENERIC, NO_SIGNAL, QUANTITIES, type Quantity, type Rule } from './signal-rules.ts';

export type { Quantity } from './signal-rules.ts';

/** `TotalStartTime`, `soil_moisture`, `temperature:0` as words: `total start time`, `soil moisture`, `temperature`. */
export const wordsOf = (key: string): string => apart(/^[a-z]+$/.test(key) ? key : wordsIn(key));

const JOINED =
  /(?<=[a-z\d]{2})(?<!con|re)(power|voltage|current|frequency|temperature|humidity|pressure|energy|total|today|factor)$/;
const ENDS = /(?<=power|energy|yield)(in|out|[ad]c|day|factor|total|today)$/;

/** `gridvoltage`, `pvpowerin`, `yieldtotal` as the words that they are made of. */
const apart = (words: string): string => words.replace(ENDS, ' $1').replace(JOINED, ' $1');

const wordsIn = (key: string): string =>
  key
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}.]+/gu, ' ')
    .replace(/(?<=\p{L}) ?\d+$/u, (digits, at: number, whole: string) =>
      /(pm|co)\s?$/.test(whole.slice(0, at)) ? digits : '',
    )
    .trim();

/** All patterns in one: most words match none, and one look is a third of the time of forty. */
const anyOf = (rules: readonly Rule<unknown>[]): RegExp => new RegExp(rules.map(([{ source }]) => source).join('|'));
const ANY_NO_SIGNAL = anyOf(NO_SIGNAL);
const ANY_QUANTITY = anyOf(QUANTITIES);

const firstOf = <T>(words: string, any: RegExp, rules: readonly Rule<T>[]): T | undefined =>
  any.test(words) ? rules.find(([pattern]) => pattern.test(words))?.[1] : undefined;

/** What the keys of a value, the innermost last, say about it: a quantity, a reason why it is no signal, or nothing. */
export function namedBy(keys: readonly string[]): Quantity | NoSignal | null {
  for (let i = keys.length - 1; i >= 0; i--) {
    const words = wordsOf(keys[i]);
    const isGeneric = GENERIC.test(words);
    if (!isGeneric) {
      const no = firstOf(words, ANY_NO_SIGNAL, NO_SIGNAL);
      if (no !== undefined) return no;
    }
    const both = i > 0 ? `${wordsOf(keys[i - 1])} ${words}` : words;
    let quantity = firstOf(both, ANY_QUANTITY, QUANTITIES);
    if (both !== words) quantity ??= firstOf(words, ANY_QUANTITY, QUANTITIES);
    if (quantity !== undefined && !(isGeneric && quantity.name === 'state' && i > 0)) return quantity;
    if (!isGeneric && words !== '') return null;
  }
  return null;
}

const UNITS: Readonly<Record<string, Quantity>> = {
  '°C': { name: 'temperature', unit: '°C', range: [-55, 125] },
  '°F': { name: 'temperature', unit: '°F', range: [-67, 257] },
  lx: { name: 'illuminance', unit: 'lx', range: [0, 300_000] },
  hPa: { name: 'pressure', unit: 'hPa', range: [300, 1200] },
  ppm: { name: '', unit: 'ppm', range: [0, 1_000_000] },
};

/** The quantity of a value whose unit is known, as from Home Assistant's discovery. */
export const quantityOf = (unit: string, named: Quantity | null, counts: boolean): Quantity => {
  const byUnit = UNITS[unit] ?? { name: '', unit };
  const range = named?.unit === unit ? named.range : byUnit.range;
  return {
    name: named?.name ?? byUnit.name,
    unit,
    ...(range === undefined ? {} : { range }),
    ...(counts ? { counter: 'hour' as const } : {}),
  };
};

/** Members of a payload in which nothing is a signal. */
const NO_SIGNAL_INSIDE: Readonly<Record<string, NoSignal>> = {
  update: 'device diagnostics',
  sys: 'device diagnostics',
  wifi: 'link quality',
  battery: 'battery',
  devicepower: 'battery',
  // Frigate: what an event changes.
  before: 'event',
  after: 'event',
  neighbors: 'identifier',
};

/** Why nothing in a member of a payload is a signal, by the keys around a value; null where it may be one. */
export function noSignalAbove(keys: readonly string[]): NoSignal | null {
  for (const key of keys.slice(0, -1)) {
    const name = key.toLowerCase().replace(/:\d+$/, '');
    if (Object.hasOwn(NO_SIGNAL_INSIDE, name)) return NO_SIGNAL_INSIDE[name];
  }
  return null;
}

/** `sensors/temperature/kitchen`: the level before the last may name the quantity. */
function quantityAbove(levels: readonly string[]): Quantity | null {
  if (levels.length < 2) return null;
  const named = namedBy(levels.slice(0, -1));
  return typeof named === 'string' || named?.name === 'state' ? null : named;
}

/** Levels of a topic below which nothing is measured: commands, settings, what a device is. */
const NO_SIGNAL_BELOW: Readonly<Record<string, NoSignal>> = {
  settings: 'setting',
  set: 'setting',
  cmd: 'setting',
  cmnd: 'setting',
  nodeinfo: 'identifier',
  _EVENTS_: 'device diagnostics',
  _CLIENTS: 'device diagnostics',
  // Victron: one for each fault that the device knows.
  Alarms: 'alarm of the device',
};
/** Keys of the one value of an object: `{"value": 21.5}`. The topic names it. */
const NAMELESS = /^(value|v|val|reading)$/;

/**
 * What the words of a signal say about it: `device` with levels, `signal` with dots, both in the words of the device. `isTopic`: the
 * levels name the value where the signal does not; false where they are values of tags.
 */
export function factsOf(device: string, signal: string, isTopic = true): SignalFacts {
  const levels = device.split('/');
  for (const level of levels) if (Object.hasOwn(NO_SIGNAL_BELOW, level)) return { noSignal: NO_SIGNAL_BELOW[level] };
  // OpenMQTTGateway computes it from the link quality, also of phones that pass.
  if (signal === 'distance' && levels.includes('BTtoMQTT')) return { noSignal: 'link quality' };
  const isNamed = signal !== '' && !(isTopic && NAMELESS.test(signal) && levels[levels.length - 1].length > 1);
  const keys = isNamed ? signal.split('.') : [];
  const said = noSignalAbove(keys) ?? (keys.length === 0 ? namedByTopic(levels) : namedBy(keys));
  if (said === null) return {};
  if (typeof said === 'string') return { noSignal: said };
  const { name, unit, range, counter } = said;
  return {
    unit,
    ...(range === undefined ? {} : { range }),
    ...(counter === undefined ? {} : { counter }),
    ...(name === 'state' ? { binary: true } : {}),
  };
}

/** Levels such as `endpoint_0` of Z-Wave say nothing. */
function namedByTopic(levels: readonly string[]): Quantity | NoSignal | null {
  const named = levels.filter((level) => !/^endpoint_\d+$/.test(level));
  if (/(^|\/)battery\/level$/.test(named.join('/'))) return 'battery';
  return namedBy(named) ?? quantityAbove(named);
}

/**
 * What is known of a signal with its first value: what its format states, else what its words say. A number that is the time of arrival,
 * in the units of clocks, is a time.
 */
export function factsAtFirst(
  device: string,
  signal: string,
  stated: SignalFacts | null,
  value: number,
  receivedAt: number,
): SignalFacts {
  return stated ?? (isTimeNear(value, receivedAt) ? { noSignal: 'time' } : factsOf(device, signal));
}

const DAY = 86_400_000;
/** Within a day as seconds; within a year as ms, µs or ns, which no counter of a sensor reaches. */
const isTimeNear = (value: number, at: number): boolean =>
  Math.abs(value * 1000 - at) < DAY || [1, 1e3, 1e6].some((perMs) => Math.abs(value / perMs - at) < 365 * DAY);
