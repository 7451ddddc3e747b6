import type { SignalFacts } from '../dialect.ts';
import { statedFacts } from '../signals/stated-facts.ts';

/** What a record of SenML is about. */
export interface Named {
  readonly device: string;
  readonly signal: string;
  readonly facts: SignalFacts;
}

/** A part that is a number or an address, and so names a device. */
const ADDRESS = /^(?:\d.*|[0-9a-f]{8,}|.*\])$/i;

/** Device and signal of a record; the unit tells the quantity where nothing else does. */
export function nameOf(topic: string, bn: string, n: string, unit: string | null, sum: boolean): Named {
  let device = bn.replace(/[:/_.-]+$/, '');
  let signal = n;
  if (device === '') {
    const whole = n.replace(/[:/]+$/, '');
    const cut = Math.max(whole.lastIndexOf(':'), whole.lastIndexOf('/'));
    const isDevice = cut >= 0 && ADDRESS.test(whole.slice(cut + 1));
    device = isDevice ? whole : cut < 0 ? topic : whole.slice(0, cut);
    signal = isDevice ? '' : whole.slice(cut + 1);
  }
  const { word, ...facts } = unitOf(unit);
  if (signal === '') signal = word;
  if (!sum) return { device, signal, facts: statedFacts(device, signal, facts) };
  // RFC 8428, section 4.2: the integral over time, in the unit multiplied by seconds; for a meter, its count.
  return { device, signal: `${signal}.sum`, facts: { unit: `${facts.unit ?? ''}·s`, counter: 'hour' } };
}

/** The units of RFC 8428, section 12.1, whose symbol is not the usual one, or that tell the quantity. */
const UNITS: Readonly<Record<string, SignalFacts & { readonly word: string }>> = {
  Cel: { word: 'temperature', unit: '°C' },
  K: { word: 'temperature', unit: 'K' },
  '%RH': { word: 'humidity', unit: '%', range: [0, 100] },
  '%EL': { word: 'battery', unit: '%', noSignal: 'battery' },
  EL: { word: 'battery', unit: 's', noSignal: 'battery' },
  lon: { word: 'longitude', unit: '°', noSignal: 'position' },
  lat: { word: 'latitude', unit: '°', noSignal: 'position' },
  '/': { word: 'value', unit: '' },
  '%': { word: 'percent', unit: '%' },
  m2: { word: 'area', unit: 'm²' },
  m3: { word: 'volume', unit: 'm³' },
  'm/s': { word: 'speed', unit: 'm/s' },
  'm/s2': { word: 'acceleration', unit: 'm/s²' },
  'm3/s': { word: 'flow', unit: 'm³/s' },
  'W/m2': { word: 'irradiance', unit: 'W/m²' },
  V: { word: 'voltage', unit: 'V' },
  A: { word: 'current', unit: 'A' },
  W: { word: 'power', unit: 'W' },
  J: { word: 'energy', unit: 'J' },
  Pa: { word: 'pressure', unit: 'Pa' },
  lx: { word: 'illuminance', unit: 'lx' },
  lm: { word: 'light', unit: 'lm' },
  Hz: { word: 'frequency', unit: 'Hz' },
  kg: { word: 'weight', unit: 'kg' },
  dB: { word: 'level', unit: 'dB' },
  pH: { word: 'ph', unit: '', range: [0, 14] },
  count: { word: 'count', unit: '' },
};

const unitOf = (unit: string | null): SignalFacts & { readonly word: string } =>
  unit === null ? { word: 'value' } : (UNITS[unit] ?? { word: unit, unit });
