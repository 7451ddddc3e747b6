import type { HealthMessage } from '../../io/mqtt/messages.ts';

/** Problems of one message; a worker has a few at most. */
const MAX_PROBLEMS = 64;
/** Versions and texts of one message: the hub takes 64 KiB. */
const MAX_VERSIONS = 4;
const WORST = ['full', 'reduced', 'off'] as const;

/**
 * The health of a site from that of its workers, at least one: figures since the start and of now are added up. `expireAfter`: seconds
 * after which no worker lives, if no other message comes.
 */
export function siteHealth(
  workers: readonly HealthMessage[],
  { at, expireAfter }: { readonly at: number; readonly expireAfter: number },
): HealthMessage {
  const sum = (of: (worker: HealthMessage) => number): number =>
    workers.reduce((total, worker) => total + of(worker), 0);
  const sums = <K extends string>(of: (worker: HealthMessage) => Readonly<Record<K, number>>): Record<K, number> => {
    const total = {} as Record<K, number>;
    for (const worker of workers)
      for (const [key, count] of Object.entries(of(worker)) as [K, number][])
        total[key] = ((total as Partial<Record<K, number>>)[key] ?? 0) + count;
    return total;
  };
  return {
    schema: 1,
    version: [...new Set(workers.map(({ version }) => version))].sort().slice(0, MAX_VERSIONS).join(', '),
    uptime: Math.max(...workers.map(({ uptime }) => uptime)),
    memory: sums(({ memory }) => memory),
    broker: 'connected',
    connections: sum(({ connections }) => connections),
    learning: WORST.findLast((each) => workers.some(({ learning }) => learning === each))!,
    readings: sum(({ readings }) => readings),
    untrained: sum(({ untrained }) => untrained),
    rejected: sums(({ rejected }) => rejected),
    streams: sums(({ streams }) => streams),
    alarms: sums(({ alarms }) => alarms),
    commands: sums(({ commands }) => commands),
    queues: sums(({ queues }) => queues),
    dropped_events: sum(({ dropped_events }) => dropped_events),
    dropped_writes: sum(({ dropped_writes }) => dropped_writes),
    problems: workers.flatMap(({ problems }) => problems).slice(0, MAX_PROBLEMS),
    workers: workers.length,
    expire_after: expireAfter,
    at: new Date(at).toISOString(),
  };
}
