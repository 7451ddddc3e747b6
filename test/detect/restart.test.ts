import fc from 'fast-check';
import { expect, test } from 'vitest';
import { StreamMonitor } from '../../src/detect/stream-monitor.ts';
import { Random } from '../../src/math/random.ts';
import { fuzz } from '../fuzz.ts';
import { DEFAULTS, infoOf } from './options.ts';
import { piecesOf } from './pieces.ts';

/* The service restores a snapshot and processes what came after it: readings, ticks, and commands of the operator. */

const START = 1_700_000_000_000;
const MINUTE = 60_000;
const SERIES = [infoOf('pump'), infoOf('tank', { only: 'above' })];

type Act = (monitor: StreamMonitor, now: number) => unknown;
const COMMANDS: Record<string, Act> = {
  accept: ({ operator }, now) => {
    operator.acceptAsNormal(now);
  },
  'accept drift': ({ operator }, now) => {
    operator.acceptDrift(now);
  },
  reset: ({ operator }, now) => {
    operator.reset(now);
  },
  'reset of one': ({ operator }, now) => {
    operator.reset(now, 1);
  },
  forget: ({ operator, memory }, now) => {
    operator.forget(memory.toBytes(), now);
  },
  adopt: ({ operator, memory }, now) => {
    operator.adopt(memory.toBytes(), 0.1, now);
  },
  freeze: ({ operator }) => {
    operator.freeze();
  },
  resume: ({ operator }) => {
    operator.resume();
  },
  normal: ({ operator }, now) => operator.mark(0, { from: START, until: now, value: NaN }, 'normal'),
  fault: ({ operator }, now) => operator.mark(0, { from: START, until: now, value: NaN }, 'fault'),
  'maintenance begins': ({ operator }, now) => {
    operator.setMaintenance(1, true, now);
  },
  'maintenance ends': ({ operator }, now) => {
    operator.setMaintenance(1, false, now);
  },
  lost: ({ operator }, now) => {
    operator.setAvailability(0, false, now);
  },
  found: ({ operator }, now) => {
    operator.setAvailability(0, true, now);
  },
  tick: (monitor, now) => {
    monitor.tick(now + 30 * MINUTE);
  },
};

/** A pump that switches and a tank with noise and a daily course; some readings are missing, and some are a fault of `length`. */
const readingOf = (d: number, t: number, fault: number, length: number, random: Random): number => {
  const usual = d === 0 ? (t % 40 < 10 ? 80 : 1) : 20 + 5 * Math.sin((2 * Math.PI * t) / 1440);
  return usual + random.normal() + (t >= fault && t < fault + length ? 50 : 0);
};

const history = fc.record({
  warmup: fc.constantFrom(0, 100),
  onAnomaly: fc.constantFrom('hold' as const, 'hold' as const, 'absorb' as const),
  fault: fc.integer({ min: 100, max: 500 }),
  length: fc.constantFrom(1, 20, 200),
  acts: fc.array(fc.tuple(fc.nat(599), fc.constantFrom(...Object.keys(COMMANDS))), { maxLength: 8 }),
  restarts: fc.array(fc.nat(599), { minLength: 1, maxLength: 4 }),
});

test('a restart right before any command or reading changes no score, no event and no bit of the memory', () => {
  fc.assert(
    fc.property(history, ({ warmup, onAnomaly, fault, length, acts, restarts }) => {
      const options = { ...DEFAULTS, network: false, holdForMs: 120 * MINUTE, warmup, onAnomaly };
      const begin = (said: unknown[]): StreamMonitor => {
        const say = (what: unknown): void => void said.push(what);
        return new StreamMonitor('plant', SERIES, options, say, say, say);
      };
      const live = (restarted: readonly number[]): readonly [unknown[], Map<string, Uint8Array>] => {
        const said: unknown[] = [];
        const random = new Random(1);
        let monitor = begin(said);
        for (let t = 0; t < 600; t++) {
          const at = START + t * MINUTE;
          if (restarted.includes(t)) {
            const bytes = monitor.memory.toBytes();
            monitor = begin(said);
            monitor.restore(bytes);
          }
          for (const [when, name] of acts) if (when === t) said.push(COMMANDS[name](monitor, at));
          SERIES.forEach(({ slug }, d) => {
            const value = readingOf(d, t, fault, length, random);
            if (random.uniform() > 0.05)
              said.push([...(monitor.take(d, { series: slug, at, value, receivedAt: at })?.scores ?? [])]);
          });
        }
        return [said, piecesOf(monitor.memory)];
      };
      const when = [...restarts, ...acts.map(([t]) => t)];
      expect(live(when)).toEqual(live([]));
    }),
    fuzz(12),
  );
});
