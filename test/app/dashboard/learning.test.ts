import { Hono } from 'hono';
import { describe, expect, test } from 'vitest';
import type { LearningBody, LearningChoice } from '../../../src/app/dashboard/contract/learning.ts';
import { LearningWatches, MAX_WATCHES, READINGS } from '../../../src/app/dashboard/learning/watches.ts';
import { learningChannel, learningRoutes } from '../../../src/app/dashboard/routes/learning.ts';
import { StreamMonitor, type MonitorOptions } from '../../../src/detect/stream-monitor.ts';
import { Random } from '../../../src/math/random.ts';
import { RecentReadings } from '../../../src/app/pipeline/recent-readings.ts';
import type { StreamSpec } from '../../../src/app/pipeline/threads.ts';
import { RemoteStream, type Thread } from '../../../src/app/workers/remote-stream.ts';
import type { Shard } from '../../../src/app/workers/shard.ts';
import { ShardCalls } from '../../../src/app/workers/shard-calls.ts';
import { DEFAULTS } from '../../detect/options.ts';
import { kernel } from '../../nn/kernel.ts';

const START = 1_700_000_000_000;
const MINUTE = 60_000;

/** A stream of one series that swings. */
function swinging(stream: string, options: Partial<MonitorOptions> = {}) {
  const info = { slug: stream, label: `The ${stream}`, unit: 'bar', range: null, only: 'both' } as const;
  const monitor = new StreamMonitor(stream, [info], { ...DEFAULTS, kernel, ...options }, () => undefined);
  const random = new Random(5);
  let minute = 0;
  const run = (minutes: number): void => {
    for (const end = minute + minutes; minute < end; minute++) {
      const at = START + minute * MINUTE;
      const value = Math.sin(minute / 5) + 0.1 * random.normal();
      const reading = monitor.order(0, { series: stream, at, value, receivedAt: at });
      if (typeof reading === 'string') throw new RangeError(reading);
      monitor.take(0, reading);
    }
  };
  return { monitor, run };
}

/** The page's routes and its live channel over these streams. */
function pageOf(monitors: (StreamMonitor | RemoteStream)[], keepMs?: number) {
  const sources = {
    now: () => START,
    pipeline: () => ({ monitors: () => monitors }),
  } as unknown as Parameters<typeof learningRoutes>[0];
  const app = new Hono();
  learningRoutes(sources)(app);
  const channel = learningChannel(sources, new LearningWatches(keepMs));
  const get = async (path: string): Promise<{ status: number; body: unknown }> => {
    const response = await app.request(path);
    return { status: response.status, body: await response.json() };
  };
  const open = (stream: string) => {
    const source = channel.open(stream)!;
    return {
      whole: () => source.whole() as LearningBody,
      change: () => source.change() as LearningBody | null,
      close: () => {
        source.close!();
      },
    };
  };
  return { get, open, channel };
}

/** A stream as it is seen from another thread; `asked`: what its thread was asked. */
function remote(monitor: StreamMonitor) {
  const members: Shard['members'] = [];
  const calls = new ShardCalls({
    members,
    recent: new RecentReadings(),
    create: () => {
      members.push({ monitor, history: null, published: null });
      return monitor;
    },
    begin: () => undefined,
    useSite: () => undefined,
  });
  const asked: string[] = [];
  const named = calls as unknown as Readonly<Record<string, (...args: readonly unknown[]) => unknown>>;
  const thread = {
    version: 0,
    isOpen: true,
    rows: new Float64Array(),
    row: () => 0,
    // Answers are copied, as between threads.
    ask: (name: string, args: readonly unknown[]) => {
      asked.push(name);
      return structuredClone(named[name](...args));
    },
  };
  const { stream, series } = monitor;
  const made = calls.create({ stream, series } as unknown as StreamSpec);
  return { stream: new RemoteStream(thread as Thread, { stream, series }, made, 0), thread, asked };
}

const bytesOf = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'base64'));

test('the streams to choose from, with network and margin', async () => {
  const [one, two] = [swinging('flow'), swinging('level', { network: false })];
  one.run(300);
  const body = (await pageOf([one.monitor, two.monitor]).get('/api/learning')).body as LearningChoice[];
  expect(body[0]).toMatchObject({
    stream: 'flow',
    labels: ['The flow'],
    network: 'gru, 16 units, tbptt',
    samples: 300,
  });
  expect(body[0].margin).toBe(one.monitor.status.forecastOf(0).margin);
  expect(body[1]).toMatchObject({ stream: 'level', network: null, margin: null });
});

test('a stream that does not exist is refused; one without a reading is drawn empty', async () => {
  const page = pageOf([swinging('flow').monitor]);
  expect((await page.get('/api/streams/none/learning')).status).toBe(404);
  expect(page.channel.open('none')).toBeNull();
  const answer = await page.get('/api/streams/flow/learning');
  const body = answer.body as LearningBody;
  expect(answer.status).toBe(200);
  expect(body).toMatchObject({ samples: 0, times: [], intervalMs: null, recorded: false });
  expect(body.network).toMatchObject({ reach: null, units: 16 });
  expect(body.series[0]).toMatchObject({ margin: null, networkMean: null });
});

test('a request that nobody follows records nothing and shows the tape of the learner', async () => {
  const { monitor, run } = swinging('flow');
  run(50);
  const body = (await pageOf([monitor]).get('/api/streams/flow/learning')).body as LearningBody;
  expect(monitor.detector.observer).toBeNull();
  expect(body.times).toEqual(new Array(DEFAULTS.horizon).fill(null));
  expect(bytesOf(body.network!.activations[0].bytes)).toHaveLength(16 * DEFAULTS.horizon);
});

test('while a page is open it gets each new reading, and nothing between two', () => {
  const { monitor, run } = swinging('flow', { cell: 'lstm', peepholes: true });
  run(200);
  const page = pageOf([monitor]).open('flow');
  page.change();
  expect(page.change()).toBeNull();
  run(1);
  const first = page.change()!;
  expect(first.times.at(-1)).toBe(START + 200 * MINUTE);
  run(150);
  const body = page.change()!;
  expect(body.times).toHaveLength(READINGS);
  expect(body).toMatchObject({ stream: 'flow', recorded: true, samples: 351, intervalMs: MINUTE });
  const [series] = body.series;
  expect(series).toMatchObject({ label: 'The flow', unit: 'bar' });
  expect(series.values.at(-1)).toBeCloseTo(monitor.detector.series[0].value, 3);
  expect(series.margin).toBeCloseTo(series.baselineMean! - series.networkMean!, 3);
  const { network } = body;
  expect(network).toMatchObject({
    cell: 'lstm',
    peepholes: true,
    horizon: 16,
    exact: false,
    arithmetic: 'Float32, SIMD',
  });
  expect(network!.activations.map(({ symbol }) => symbol).join('')).toBe('hifgoc');
  expect(network!.gradients.filter((norm) => norm !== null).length).toBeGreaterThan(90);
  expect(network!.tensors.map(({ name }) => name)).toContain('weight_pf_l0');
  expect(network!.counts['updates']).toBe(monitor.detector.forecaster!.network.count('updates'));
});

test('bytes of a picture: the hidden state and the gates of the newest reading', () => {
  const { monitor, run } = swinging('flow', { kernel: null });
  run(100);
  const page = pageOf([monitor]).open('flow');
  run(120);
  const { network } = page.whole();
  const { units, activations } = network!;
  const h = new Float64Array(units);
  // The state of the newest reading is that of the network now.
  monitor.detector.forecaster!.network.core.cellState(h);
  const bytes = bytesOf(activations[0].bytes);
  for (let i = 0; i < units; i++) expect((bytes[i * READINGS + READINGS - 1] - 128) / 127).toBeCloseTo(h[i], 1);
  const [, reset] = activations;
  expect(reset).toMatchObject({ symbol: 'r', span: 'unit', scale: 1, keeps: false });
  expect(activations[2]).toMatchObject({ symbol: 'z', keeps: true });
  expect(new Set(bytesOf(reset.bytes)).size).toBeGreaterThan(5);
});

describe('which learners cut the error off', () => {
  test.each([
    ['gru', 'tbptt', { horizon: 16, exact: false }],
    ['elementwise', 'tbptt', { horizon: 16, exact: false }],
    ['rnn', 'rtrl', { horizon: null, exact: true }],
    ['gru', 'snap1', { horizon: null, exact: false }],
    ['elementwise', 'snap1', { horizon: null, exact: true }],
    ['elementwise', 'rtrl', { horizon: null, exact: true }],
  ] as const)('%s by %s', (cell, learner, expected) => {
    const { monitor, run } = swinging('flow', { cell, learner, hiddenSize: 4 });
    const page = pageOf([monitor]).open('flow');
    run(130);
    expect(page.whole().network).toMatchObject({ cell, learner, ...expected });
    expect(page.whole().network!.reach!.gradient).toHaveLength(READINGS);
  });
});

test('without a network there are values and the loss of the baseline', () => {
  const { monitor, run } = swinging('flow', { network: false });
  const page = pageOf([monitor]).open('flow');
  run(30);
  const body = page.whole();
  expect(body.network).toBeNull();
  expect(body.series[0].baselineLosses.at(-1)).toBeGreaterThan(0);
  expect(body.series[0]).toMatchObject({ margin: null, networkMean: null });
});

describe('recordings', () => {
  const streams = () => ['a', 'b', 'c', 'd', 'e'].map((name) => swinging(name));

  test('four streams at the same time; the fifth shows what its tape has', () => {
    const all = streams();
    const page = pageOf(all.map(({ monitor }) => monitor));
    const opened = all.map(({ monitor }) => page.open(monitor.stream));
    expect(opened.map((one) => one.whole().recorded)).toEqual([true, true, true, true, false]);
    expect(all.filter(({ monitor }) => monitor.detector.observer !== null)).toHaveLength(MAX_WATCHES);
    opened[1].close();
    expect(page.open('e').whole().recorded).toBe(true); // one that nobody watches made room
    expect(all[1].monitor.detector.observer).toBeNull();
  });

  test('ends a while after the last page, and a page that is loaded anew finds it', async () => {
    const { monitor, run } = swinging('flow');
    const page = pageOf([monitor], 50);
    const [first, second] = [page.open('flow'), page.open('flow')];
    run(5);
    first.close();
    second.close();
    const again = page.open('flow');
    expect(again.whole().times).toHaveLength(5);
    again.close();
    await expect.poll(() => monitor.detector.observer).toBeNull();
  });

  test('a stream made anew by a new site file is recorded anew', () => {
    const monitors = [swinging('flow').monitor];
    const page = pageOf(monitors).open('flow');
    const [old] = monitors;
    const next = swinging('flow', { cell: 'rnn' });
    monitors[0] = next.monitor;
    next.run(3);
    expect(page.change()!.network!.cell).toBe('rnn');
    expect(old.detector.observer).toBeNull();
    next.run(1);
    expect(page.change()!.times.at(-1)).toBe(START + 3 * MINUTE);
    monitors.length = 0; // it has stopped
    expect(page.change()).toBeNull();
  });
});

describe('in a worker thread', () => {
  test('a page shows the same as in the main thread', async () => {
    const [here, there] = [swinging('flow'), swinging('flow')];
    here.run(50);
    there.run(50);
    const { stream } = remote(there.monitor);
    const [page, other] = [pageOf([here.monitor]), pageOf([stream])];
    expect((await other.get('/api/learning')).body).toEqual((await page.get('/api/learning')).body);
    const path = '/api/streams/flow/learning';
    expect((await other.get(path)).body).toEqual((await page.get(path)).body);
    const [open, otherOpen] = [page.open('flow'), other.open('flow')];
    here.run(150);
    there.run(150);
    expect(otherOpen.change()).toEqual(open.change());
    expect(otherOpen.change()).toBeNull();
    expect(otherOpen.whole()).toMatchObject({ recorded: true, times: { length: READINGS } });
    otherOpen.close();
    expect(there.monitor.detector.observer).not.toBeNull(); // for a page that is loaded anew
  });

  test('a stream without a network says so', async () => {
    const { stream } = remote(swinging('level', { network: false }).monitor);
    expect((await pageOf([stream]).get('/api/learning')).body).toMatchObject([{ network: null, margin: null }]);
  });

  test('a thread that has ended is asked nothing more: the page keeps the last reading until the stream is elsewhere', () => {
    const { monitor, run } = swinging('flow');
    const { stream, thread, asked } = remote(monitor);
    const monitors: (StreamMonitor | RemoteStream)[] = [stream];
    const open = pageOf(monitors).open('flow');
    run(20);
    const last = open.change();
    thread.isOpen = false;
    asked.length = 0;
    run(1);
    expect(open.change()).toBeNull();
    expect(open.whole()).toEqual(last);
    const next = swinging('flow', { cell: 'rnn' });
    next.run(3);
    monitors[0] = next.monitor;
    expect(open.change()).toMatchObject({ samples: 3, network: { cell: 'rnn' } });
    expect(asked).toEqual([]);
  });

  test('the recording ends with the last page', () => {
    const { stream, asked } = remote(swinging('flow').monitor);
    pageOf([stream]).open('flow').close();
    expect(asked).toEqual(['learning', 'watchLearning', 'endLearning']);
  });
});
