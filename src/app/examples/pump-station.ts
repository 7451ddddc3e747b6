import { Random } from '../../math/random.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../math/time.ts';
import { Wander } from '../demo/demand.ts';
import { INSTRUMENTS, Plant, SERIES, shown, type Values } from '../demo/plant.ts';
import { daily, everyMinute, rounded, START_AT, type Example, type RecordedMessage } from './recording.ts';
import { SparkplugNode, type Instrument } from './sparkplug-node.ts';

const DAYS = 9;
/** A bearing loses its grease in the eighth night, when the pump is slow. */
const FAULT = { from: START_AT + 7 * DAY_MS + HOUR_MS, until: START_AT + 7 * DAY_MS + 6 * HOUR_MS };
/** The extra temperature an hour after its begin, K. */
const FRICTION = 24;
/** The edge node loses its power for a quarter of an hour. */
const OUTAGE = { from: START_AT + 8.4 * DAY_MS, until: START_AT + 8.4 * DAY_MS + 15 * MINUTE_MS };
/** One message in ten thousand is lost on its way. */
const LOST = 10_000;

const PUMP = 'pump-1';
const NAMES: Readonly<Record<(typeof SERIES)[number], string>> = {
  vibration: 'Vibration',
  current: 'Motor/Current',
  pressure: 'Pressure',
  flow: 'Flow',
  'bearing-temperature': 'Bearing/Temperature',
};
const DEVICES: ReadonlyMap<string, readonly Instrument[]> = new Map<string, readonly Instrument[]>([
  ['', [{ name: 'Hall/Temperature', unit: '°C', range: [-30, 60] }]],
  [PUMP, SERIES.map((series) => ({ name: NAMES[series], ...INSTRUMENTS[series] }))],
]);

/**
 * A pump station behind a Sparkplug B edge node: the pump of the demo (demo/plant.ts), one DDATA with its five values each five
 * minutes, and the temperature of the hall in an NDATA each ten minutes.
 *
 *   bearing = that of the plant, and 24 K times the part of its first hour that has passed         (1)
 *   hall    = 16 + 3 cos(day, 15 h) + w, sd 0.5 K over 4 h                                       (2)
 */
export const pumpStation: Example & { readonly series: Readonly<Record<string, string>> } = {
  name: 'pump-station',
  fault: { series: 'waterworks-station-1-pump-1-bearing-temperature', ...FAULT },
  // The group has the unit of the series that leads it.
  series: {
    pump1: 'm3/h',
    'waterworks-station-1-hall-temperature': '°C',
    'waterworks-station-1-pump-1-vibration': 'mm/s',
    'waterworks-station-1-pump-1-motor-current': 'A',
    'waterworks-station-1-pump-1-pressure': 'bar',
    'waterworks-station-1-pump-1-flow': 'm3/h',
    'waterworks-station-1-pump-1-bearing-temperature': '°C',
  },
  *messages(seed) {
    const random = new Random(seed);
    const plant = new Plant(seed, START_AT);
    const node = new SparkplugNode('waterworks', 'station-1', DEVICES);
    const draught = new Wander(random, 0.5, 240);

    yield* everyMinute(DAYS, (at, i) => {
      if (i > 0) plant.step();
      draught.step();
      const hall = 16 + 3 * daily(at, 15) + draught.value + 0.05 * random.normal(); // (2)
      const values = SERIES.map((series) => worn(plant.readings, at)[series]);
      const sent: RecordedMessage[] = [];
      if (at === OUTAGE.from) sent.push(node.death(at));
      if (at >= OUTAGE.from && at < OUTAGE.until) return sent;
      if (at === START_AT || at === OUTAGE.until)
        return node.births(
          at,
          new Map([
            ['', [rounded(hall, 1)]],
            [PUMP, values],
          ]),
        );
      if (i % 5 === 0) sent.push(node.data(at, PUMP, values));
      if (i % 10 === 0) sent.push(node.data(at + 200, '', [rounded(hall, 1)]));
      return sent.filter(() => random.below(LOST) > 0);
    });
  },
};

const worn = (readings: Values, at: number): Values => {
  if (at < FAULT.from || at >= FAULT.until) return readings;
  const share = Math.min(1, (at - FAULT.from) / HOUR_MS);
  const temperature = readings['bearing-temperature'] + FRICTION * share; // (1)
  return { ...readings, 'bearing-temperature': shown('bearing-temperature', temperature) };
};
