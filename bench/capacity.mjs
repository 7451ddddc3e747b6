// How many workers, how much memory, and how many bytes a fleet needs: from measured figures, by arithmetic, and a simulation of an hour.
// npm run bench:capacity        prints the tables of docs/capacity.md
import { fileURLToPath } from 'node:url';
import { chosenOf, shareOf } from '../dist/app/cluster/balance.js';
import { partitionOf } from '../dist/stream/names/partition.js';

/** Measured on 2 cores AMD EPYC, Node 20.20.2, busy with other work: how is in docs/capacity.md. Processor times are those of one core. */
export const MEASURED = {
  /** Processor time of a worker for a reading, without checkpoints, ms. */
  readingMs: 0.135,
  /** To save a stream, and to restore it, ms. */
  saveMs: 1.0,
  restoreMs: 1.6,
  /** A stream in a checkpoint, bytes. */
  stateBytes: 86_000,
  /** Resident memory of a worker: without streams, and for each stream, bytes. */
  baseBytes: 134e6,
  streamBytes: 0.46e6,
  /** A reading in the stream of the server, and as an MQTT message on the network with its headers, bytes. */
  storedBytes: 116,
  sentBytes: 124,
};

/** What is chosen, not measured. */
export const CHOSEN = {
  /** Time between two readings of a sensor, s. */
  everyS: 60,
  checkpointS: 300,
  leaseS: 3,
  /** Share of one core that the readings and checkpoints of a worker take at most: the rest catches up after a failure. */
  load: 0.5,
  /** Memory of a worker, bytes. */
  workerBytes: 4e9,
  /** Time for which the server keeps readings: an outage of all workers, s. */
  keepS: 86_400,
};

const DAY_S = 86_400;

/** The needs of a fleet with so many sensors, one series and stream each. */
export function needsOf(
  sensors,
  { readingMs, saveMs, stateBytes, baseBytes, streamBytes, storedBytes, sentBytes } = MEASURED,
  chosen = CHOSEN,
) {
  const { everyS, checkpointS, load, workerBytes, keepS } = chosen;
  const rate = sensors / everyS;
  const busy = (rate * readingMs + (sensors / checkpointS) * saveMs) / 1000;
  const byTime = busy / load;
  const byMemory = (sensors * streamBytes) / (workerBytes - baseBytes);
  const workers = Math.max(1, Math.ceil(Math.max(byTime, byMemory)));
  return {
    sensors,
    rate,
    workers,
    limit: byTime > byMemory ? 'time' : 'memory',
    partitions: Math.min(1024, Math.max(64, 2 ** Math.ceil(Math.log2(8 * workers)))),
    memory: workers * baseBytes + sensors * streamBytes,
    networkDay: rate * sentBytes * 2 * DAY_S,
    checkpointDay: (sensors / checkpointS) * stateBytes * DAY_S,
    stored: rate * storedBytes * keepS + 2 * sensors * stateBytes,
  };
}

/**
 * An hour, second by second, with the rules of the workers: sensors are hashed to partitions as nats-server does, each worker takes its share
 * of the partitions, saves each one in turn, and processes what its core has time for. Worker 0 is killed after 10 min: nobody reads its
 * partitions for the time of a lease, then others restore them, and process the readings since their last checkpoint again.
 */
export function simulate(sensors, measured = MEASURED, chosen = CHOSEN) {
  const { workers: count, partitions, rate } = needsOf(sensors, measured, chosen);
  const { readingMs, saveMs, restoreMs } = measured;
  const { everyS, checkpointS, leaseS } = chosen;
  const streams = new Float64Array(partitions);
  for (let i = 0; i < sensors; i++) streams[partitionOf([`s${i}`], partitions)]++;
  const names = Array.from({ length: count }, (_, i) => `worker-${String(i).padStart(4, '0')}`);
  const owner = new Int32Array(partitions).fill(-1);
  const take = (live) => {
    const all = new Set(live.map((i) => names[i]));
    for (const i of live) {
      const has = owner.reduce((sum, each) => sum + Number(each === i), 0);
      const free = [...owner.keys()].filter((n) => owner[n] < 0);
      for (const n of chosenOf(names[i], all, free, shareOf(names[i], all, partitions) - has)) owner[n] = i;
    }
  };
  const everyone = [...names.keys()];
  take(everyone);
  /** Readings that wait, and seconds since the last checkpoint, of each partition; processor time that each worker owes, ms. */
  const waiting = new Float64Array(partitions);
  const age = Float64Array.from({ length: partitions }, (_, n) => Math.floor((n * checkpointS) / partitions));
  const debt = new Float64Array(count);
  const result = { count, partitions, rate, largest: Math.max(...streams), busiest: 0, moved: 0, caughtUpS: NaN };
  /** The partitions of the killed worker. */
  const moved = [];
  const killedAt = 600;
  for (let t = 0; t < 3600; t++) {
    if (count > 1 && t === killedAt)
      for (let n = 0; n < partitions; n++)
        if (owner[n] === 0) {
          owner[n] = -1;
          waiting[n] += (streams[n] / everyS) * age[n];
          moved.push(n);
        }
    if (count > 1 && t === killedAt + leaseS) {
      const before = owner.slice();
      take(everyone.slice(1));
      for (let n = 0; n < partitions; n++) if (before[n] < 0) debt[owner[n]] += streams[n] * restoreMs;
    }
    const left = new Float64Array(count).fill(1000);
    for (let i = 0; i < count; i++) {
      const paid = Math.min(left[i], debt[i]);
      left[i] -= paid;
      debt[i] -= paid;
    }
    for (let n = 0; n < partitions; n++) {
      waiting[n] += streams[n] / everyS;
      const i = owner[n];
      if (i < 0) continue;
      if (++age[n] >= checkpointS) {
        debt[i] += streams[n] * saveMs;
        age[n] = 0;
      }
      const done = Math.min(waiting[n], Math.max(0, left[i]) / readingMs);
      waiting[n] -= done;
      left[i] -= done * readingMs;
    }
    if (t < killedAt && t >= checkpointS)
      for (const each of left) result.busiest = Math.max(result.busiest, 1 - each / 1000);
    // Up to date: less than the readings of two seconds wait.
    if (t > killedAt + leaseS && Number.isNaN(result.caughtUpS) && moved.length > 0)
      if (moved.every((n) => waiting[n] <= Math.max(2, (2 * streams[n]) / everyS))) result.caughtUpS = t + 1 - killedAt;
  }
  return { ...result, moved: moved.length };
}

const words = (bytes) => {
  const [unit, name] = bytes >= 1e12 ? [1e12, 'TB'] : bytes >= 1e9 ? [1e9, 'GB'] : [1e6, 'MB'];
  return `${Number((bytes / unit).toPrecision(2))} ${name}`;
};
const whole = (n) => Math.round(n).toLocaleString('en-US');

/** The two tables of docs/capacity.md. */
export function tables(sizes = [1000, 10_000, 100_000, 1_000_000]) {
  const needs = sizes.map((sensors) => needsOf(sensors));
  const runs = sizes.map((sensors) => simulate(sensors));
  return {
    needs: [
      '| sensors | readings a second | workers | limit | partitions | memory of all workers | network a day | checkpoints a day | disk of the server |',
      '| --- | --- | --- | --- | --- | --- | --- | --- | --- |',
      ...needs.map(
        (n) =>
          `| ${whole(n.sensors)} | ${whole(n.rate)} | ${n.workers} | ${n.limit} | ${n.partitions} | ${words(n.memory)} | ${words(n.networkDay)} | ${words(n.checkpointDay)} | ${words(n.stored)} |`,
      ),
    ].join('\n'),
    simulation: [
      '| sensors | workers | streams of the largest partition | busiest second of a worker | partitions of the killed worker | up to date again |',
      '| --- | --- | --- | --- | --- | --- |',
      ...runs.map(
        (r, k) =>
          `| ${whole(sizes[k])} | ${r.count} | ${whole(r.largest)} | ${Math.round(100 * r.busiest)} % | ${r.moved} | ${Number.isNaN(r.caughtUpS) ? '-' : `${r.caughtUpS} s`} |`,
      ),
    ].join('\n'),
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { needs, simulation } = tables();
  console.log(`${needs}\n\n${simulation}`);
}
