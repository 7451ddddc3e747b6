import { setTimeout as sleep } from 'node:timers/promises';
import { Random } from '../../src/math/random.ts';
import type { Stats } from './child.ts';
import { count } from './count.ts';
import type { Count } from './count.ts';
import { startRig } from './rig.ts';
import type { Rig } from './rig.ts';

/** What chaos can do; the promise is over when the next may follow. */
export const FAULTS = {
  kill: async ({ child }: Rig) => {
    await child.kill();
    await child.start();
  },
  cut: ({ link }: Rig) => {
    link.cut();
    return Promise.resolve();
  },
  hole: ({ link }: Rig) => {
    link.silence();
    return Promise.resolve();
  },
  refuse: async ({ link }: Rig) => {
    link.refusing = true;
    link.cut();
    await sleep(1000);
    link.refusing = false;
  },
  broker: ({ broker }: Rig) => broker.restart(),
} as const;

export type Fault = keyof typeof FAULTS;

export interface SoakOptions {
  readonly sec: number;
  /** Messages a second, of all devices. */
  readonly rate: number;
  readonly devices: number;
  /** What happens, one of them every few seconds; none for a steady load. */
  readonly chaos: readonly Fault[];
  readonly everySec?: number;
  readonly fsyncMs?: number;
  readonly site?: Readonly<Record<string, unknown>>;
  readonly seed?: number;
}

export interface SoakResult extends Count {
  readonly messages: number;
  readonly faults: Readonly<Partial<Record<Fault, number>>>;
  readonly unexpectedExits: number;
  /** Of the worst life of the service. */
  readonly loopDelayP99Ms: number;
  readonly loopDelayMaxMs: number;
  readonly rssMaxMB: number;
  /** In the longest life, after its first quarter; null if that is too short. */
  readonly rssMBPerHour: number | null;
}

/** A shorter life says nothing of a slope. */
const SLOPE_SEC = 60;

/** A load for a while, with or without chaos, and what became of it. */
export async function soak(options: SoakOptions): Promise<SoakResult> {
  const { sec, rate, devices, chaos, everySec = 5, fsyncMs = 0, site = {}, seed = 1 } = options;
  const rig = await startRig({ fsyncMs, site });
  try {
    const messages = Math.round(sec * rate);
    const sent = new AbortController();
    const [faults] = await Promise.all([
      wreak(rig, chaos, everySec * 1000, new Random(seed), sent.signal),
      rig.pump.send(messages, { rate, devices }).then(() => {
        sent.abort();
      }),
    ]);
    await rig.settled(messages);
    await rig.child.stop();
    const { lives, unexpectedExits } = rig.child;
    return { messages, ...count(rig.directory, messages), faults, unexpectedExits, ...summary(lives) };
  } finally {
    await rig.remove();
  }
}

/** Runs until `over`; resolves to the counts of actions. */
async function wreak(rig: Rig, chaos: readonly Fault[], everyMs: number, random: Random, over: AbortSignal) {
  const done: Partial<Record<Fault, number>> = {};
  const pause = (): Promise<unknown> => sleep(everyMs, undefined, { signal: over }).catch(() => undefined);
  for (await pause(); !over.aborted; await pause()) {
    if (chaos.length === 0) continue;
    const fault = chaos[random.below(chaos.length)];
    await FAULTS[fault](rig);
    done[fault] = (done[fault] ?? 0) + 1;
  }
  return done;
}

function summary(lives: readonly (readonly Stats[])[]) {
  const ends = lives.flatMap((life) => life.slice(-1));
  const longest = lives.reduce((a, b) => (b.length > a.length ? b : a), []);
  return {
    loopDelayP99Ms: Math.max(0, ...ends.map(({ delayP99 }) => delayP99)),
    loopDelayMaxMs: Math.max(0, ...ends.map(({ delayMax }) => delayMax)),
    rssMaxMB: lives.flat().reduce((most, { rssMB }) => Math.max(most, rssMB), 0),
    rssMBPerHour: longest.length < SLOPE_SEC ? null : Math.round(3600 * slope(longest.slice(longest.length / 4))),
  };
}

/** MB a second, by least squares; there is a figure each second. */
function slope(stats: readonly Stats[]): number {
  const middle = (stats.length - 1) / 2;
  const mean = stats.reduce((sum, { rssMB }) => sum + rssMB, 0) / stats.length;
  let [above, below] = [0, 0];
  stats.forEach(({ rssMB }, i) => {
    above += (i - middle) * (rssMB - mean);
    below += (i - middle) ** 2;
  });
  return above / below;
}
