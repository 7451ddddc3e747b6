import { expect, onTestFinished, test, vi } from 'vitest';
import { HubCommands } from '../../../../src/app/hub/commands.ts';
import { HubTransfers } from '../../../../src/app/hub/learned/transfers.ts';
import { encodeStreamFile } from '../../../../src/io/files/stream-file.ts';
import { PART_BYTES, partsOf, sha256 } from '../../../../src/io/mqtt/learned/chunk.ts';
import type { Log } from '../../../../src/log.ts';
import { hubDatabase } from '../database.ts';

const NOW = Date.UTC(2026, 10, 27);
const FETCH = { do: 'fetch' as const, by: 'Ada', streams: ['*'] };
const SEND = { do: 'send' as const, by: 'Ada', streams: ['*'], from: null, map: {}, replace: false };
const TOPIC = 'zankyo/north/learned';

const fileOf = (stream: string, size: number): Buffer => {
  const about = { site: 'north', series: [stream], units: ['bar'], version: 1, shape: '1', at: NOW, samples: 500 };
  return encodeStreamFile({ ...about, stream, bytes: new Uint8Array(size) });
};

/** A hub that knows the site `north`, which takes each command and sends what the test sends. */
async function hub(bytes: number) {
  const db = await hubDatabase();
  await db.write([
    { text: 'INSERT INTO hub_site (site, status, heard_at) VALUES ($1, $2, $3)', values: ['north', 'online', NOW] },
  ]);
  const log: Log = () => undefined;
  let clock = NOW;
  const now = () => clock++;
  const isConnected = () => true;
  const acknowledged: unknown[] = [];
  const commands = new HubCommands({
    ...{ db, prefix: 'zankyo', isConnected, now },
    publish: (_, payload) => {
      const { id } = JSON.parse(payload) as { readonly id: string };
      commands.replied({ id, status: 'done', text: 'Sends its streams.' });
    },
  });
  const transfers = new HubTransfers({
    ...{ db, prefix: 'zankyo', commands, isConnected, now, log },
    classes: [],
    limits: { versions: 2, bytes },
    publish: (_, __, onSettled) => {
      onSettled();
    },
    acknowledge: (receipts) => acknowledged.push(...receipts),
  });
  await transfers.begin();
  const fetch = async (): Promise<string> => {
    const reply = await transfers.start('north', FETCH);
    if (typeof reply === 'string') throw new Error(reply);
    return reply.id;
  };
  /** The parts of a file, as the site sends them. */
  const messages = (id: string, series: string, content: Buffer, place: { file: number; files: number }) =>
    [...partsOf(content)].map((part) => Buffer.from(JSON.stringify({ schema: 1, id, series, ...place, ...part })));
  const receive = (payload: Buffer): Promise<void> =>
    transfers.receive({ topic: TOPIC, payload, receipt: {} } as unknown as Parameters<HubTransfers['receive']>[0]);
  const last = async () => (await transfers.bodyOf('north', true)).transfers[0];
  return { db, transfers, fetch, messages, receive, last, acknowledged };
}

test('a site that is restarted between two parts: after 60 s without a part the transfer fails, nothing of the file is stored, and a late part is refused', async () => {
  const { transfers, fetch, messages, receive, last, acknowledged } = await hub(1e6);
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => {
    vi.useRealTimers();
  });
  const id = await fetch();
  const pump = fileOf('pump', 100);
  const parts = [
    ...messages(id, 'pump', pump, { file: 1, files: 2 }),
    ...messages(id, 'tank', fileOf('tank', PART_BYTES), { file: 2, files: 2 }),
  ];
  expect(parts).toHaveLength(3);
  await receive(parts[0]);
  vi.advanceTimersByTime(59_999);
  await receive(parts[1]); // each part is another 60 s
  vi.advanceTimersByTime(59_999);
  expect(await last()).toMatchObject({ status: 'running', streams: [{ stream: 'pump', done: true }] });
  vi.advanceTimersByTime(1);
  while ((await last()).status === 'running') await new Promise(setImmediate);
  expect(await last()).toMatchObject({
    text: 'north has sent nothing more for 60 s. Stored streams: 1. Was the site restarted? Ask again.',
    streams: [
      { stream: 'pump', done: true, text: 'stored' },
      { stream: 'tank', done: false, text: 'parts of the file are missing' },
    ],
  });
  await receive(parts[2]);
  expect(transfers.refused).toEqual({ incomplete: 1, unexpected: 1 });
  expect((await transfers.bodyOf('north', true)).stored).toMatchObject([{ stream: 'pump', size: pump.length }]);
  expect(acknowledged).toHaveLength(3);
  // The site begins anew with the next request.
  const again = await fetch();
  const tank = fileOf('tank', PART_BYTES);
  for (const part of messages(again, 'tank', tank, { file: 1, files: 1 })) await receive(part);
  expect(await last()).toMatchObject({ status: 'done', text: '1 of 1 streams are stored.' });
});

test('a site without room keeps its newest states: the new one is refused as site_full, the others of the request are stored', async () => {
  const [pump, tank] = [fileOf('pump', 1000), fileOf('tank', 3000)];
  const { db, transfers, fetch, messages, receive, last } = await hub(2 * pump.length);
  const first = await fetch();
  for (const part of messages(first, 'pump', pump, { file: 1, files: 1 })) await receive(part);
  const id = await fetch();
  for (const part of [
    ...messages(id, 'tank', tank, { file: 1, files: 2 }),
    ...messages(id, 'pump', pump, { file: 2, files: 2 }),
  ])
    await receive(part);
  expect(await last()).toMatchObject({
    text: '1 of 2 streams are stored.',
    streams: [
      { stream: 'tank', done: false, text: 'no space is left for states of this site (learned.max_megabytes)' },
      { stream: 'pump', done: true, text: 'stored' },
    ],
  });
  expect(transfers.refused).toEqual({ site_full: 1 });
  expect(await db.read('SELECT stream, sha256 FROM hub_learned ORDER BY stored_at')).toEqual([
    { stream: 'pump', sha256: sha256(pump) },
    { stream: 'pump', sha256: sha256(pump) },
  ]);
});

test.each([
  ['fetch', FETCH, 'write', 0],
  ['send', SEND, 'read', 1], // the first one asks whether the hub knows the site
] as const)(
  'a %s during which the database fails has ended, and another one can begin',
  async (_, request, method, after) => {
    const { db, transfers } = await hub(1e6);
    const works = db[method].bind(db) as () => Promise<never>;
    const failing = vi.spyOn(db, method).mockRejectedValue(new Error('the server is away'));
    for (let call = 0; call < after; call++) failing.mockImplementationOnce(works);
    await expect(transfers.start('north', request)).rejects.toThrow('the server is away');
    failing.mockRestore();
    expect(JSON.stringify(await transfers.start('north', request))).not.toContain('Another transfer');
    transfers.stop();
  },
);
