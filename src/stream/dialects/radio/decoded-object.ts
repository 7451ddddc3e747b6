import type { Receiver, SignalFacts } from '../dialect.ts';
import { remember, rememberPairs } from '../remember.ts';
import { SWITCH } from '../signals/usual-facts.ts';

const MAX_DEPTH = 5;
/** Elements of a list that are signals of their own; longer lists are histories, or the bytes of the payload. */
const MAX_ELEMENTS = 8;

/**
 * Units of Cayenne LPP, whose fields are named by quantity and channel: `temperature_1`, `relative_humidity_2`
 * (https://www.thethingsindustries.com/docs/integrations/payload-formatters/cayenne/).
 */
const CAYENNE: Readonly<Record<string, SignalFacts>> = {
  barometric_pressure: { unit: 'hPa', range: [300, 1200] },
  luminosity: { unit: 'lx', range: [0, 300_000] },
  relative_humidity: { unit: '%', range: [0, 100] },
  temperature: { unit: '°C', range: [-55, 125] },
  digital_in: { binary: true },
  digital_out: { binary: true },
  presence: { binary: true },
  unix_time: { noSignal: 'time' },
};

/** Keys under which decoders repeat the raw payload. */
const RAW = /^(bytes|payload|raw|data_?hex|hex)$/i;

const nameOf = rememberPairs((above, key) => (above === '' ? key : `${above}.${key}`));
const factsOf = remember((key): SignalFacts | null => {
  const quantity = key.replace(/_\d+$/, '');
  return Object.hasOwn(CAYENNE, quantity) ? CAYENNE[quantity] : null;
});

/** Every number of an object that the decoder of a LoRaWAN device has made. Its fields have the names that its author gave them. */
export function readDecoded(
  device: string,
  values: object,
  at: number | null,
  receiver: Receiver,
  above = '',
  depth = 1,
): void {
  for (const key in values) {
    const value = (values as Readonly<Record<string, unknown>>)[key];
    if (value === null || RAW.test(key)) continue;
    if (typeof value !== 'object') {
      if (typeof value === 'number') receiver.sample(device, nameOf(above, key), value, at, factsOf(key));
      else if (typeof value === 'boolean' || isWord(value as string))
        receiver.sample(device, nameOf(above, key), value, at, SWITCH);
    } else if (depth < MAX_DEPTH && !(Array.isArray(value) && value.length > MAX_ELEMENTS))
      readDecoded(device, value, at, receiver, nameOf(above, key), depth + 1);
  }
}

/** Of texts only on and off are values: decoders put names, versions and serial numbers beside the numbers. */
const isWord = (text: string): boolean => /^(on|off|true|false)$/i.test(text);
