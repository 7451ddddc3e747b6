import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { EventHub } from '../../../src/io/http/event-stream.ts';
import { openHttpServer } from '../../../src/io/http/server.ts';

/** A hub whose clock stands until it is moved. */
const hubOf = () => {
  const clock = { ms: 0 };
  const changes: number[] = [];
  const hub: EventHub = new EventHub({
    whole: (topics) => topics.map((topic) => ({ event: 'all', data: topic })),
    onChange: () => changes.push(hub.clients.size),
    uptime: () => clock.ms,
  });
  return { hub, clock, changes };
};

const read = async (reader: ReadableStreamDefaultReader<Uint8Array>): Promise<string> => {
  const { value } = await reader.read();
  return new TextDecoder().decode(value);
};

describe('a client', () => {
  test('gets the whole state first, then the events of its topics in the form of server-sent events', async () => {
    const { hub } = hubOf();
    const reader = hub.open(['now'])!.getReader();
    hub.send('other', { event: 'other', data: '1' });
    hub.send('now', { event: 'now', data: '{"a":1}' });
    expect([await read(reader), await read(reader), await read(reader)]).toEqual([
      'retry: 2000\n\n',
      'event: all\ndata: now\n\n',
      'event: now\ndata: {"a":1}\n\n',
    ]);
  });

  test('that goes is counted no more', async () => {
    const { hub, changes } = hubOf();
    const stream = hub.open(['now'])!;
    await stream.cancel();
    expect(changes).toEqual([1, 0]);
  });

  test('that reads nothing keeps at most 256 KiB and one event, and is disconnected after 20 s', async () => {
    const { hub, clock } = hubOf();
    const stream = hub.open(['now'])!;
    const data = 'x'.repeat(50_000);
    for (let i = 0; i < 100; i++) hub.send('now', { event: 'now', data });
    clock.ms = 20_001;
    hub.keepUp();
    expect(hub.clients.size).toBe(0);
    let bytes = 0;
    for await (const chunk of stream) bytes += chunk.length;
    expect(bytes).toBeGreaterThan(256 * 1024);
    expect(bytes).toBeLessThan(256 * 1024 + data.length + 100);
  });

  test('that reads again after it fell behind gets the whole state', async () => {
    const { hub, clock } = hubOf();
    const reader = hub.open(['now'])!.getReader();
    const data = 'x'.repeat(100_000);
    for (let i = 0; i < 5; i++) hub.send('now', { event: 'now', data });
    clock.ms = 5_000;
    for (let chunk = 0; chunk < 5; chunk++) await read(reader);
    hub.keepUp();
    expect(await read(reader)).toBe('event: all\ndata: now\n\n');
    hub.send('now', { event: 'now', data: 'y' });
    expect(await read(reader)).toBe('event: now\ndata: y\n\n');
  });

  test('to which nothing is sent gets an empty line every 10 s', async () => {
    const { hub, clock } = hubOf();
    const reader = hub.open([])!.getReader();
    await read(reader);
    clock.ms = 9_999;
    hub.keepUp();
    clock.ms = 10_000;
    hub.keepUp();
    hub.close();
    expect([await read(reader), (await reader.read()).done]).toEqual([':\n\n', true]);
  });
});

test('a client over a real socket that reads nothing fills its buffer, and is cut off', async () => {
  const { hub, clock } = hubOf();
  const server = openHttpServer(
    (app) => {
      app.get('/live', () => new Response(hub.open(['now']) as ReadableStream<Uint8Array<ArrayBuffer>>));
    },
    { host: '127.0.0.1', port: 0, hosts: [], log: () => undefined },
  );
  while (server.port === null) await sleep(5);
  const socket = connect(server.port, '127.0.0.1');
  socket.on('error', () => undefined);
  socket.pause();
  socket.write('GET /live HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n');
  while (hub.clients.size === 0) await sleep(5);
  const data = 'x'.repeat(200_000);
  // The system takes some megabytes before the client counts as one that does not read.
  for (let sent = 0; sent < 1_000 && hub.clients.size > 0; sent++) {
    hub.send('now', { event: 'now', data });
    clock.ms += 1_000;
    hub.keepUp();
    await sleep(1);
  }
  expect(hub.clients.size).toBe(0);
  socket.destroy();
  await server.close();
});

test('the 33rd client is refused until one goes', async () => {
  const { hub } = hubOf();
  const streams = Array.from({ length: 32 }, () => hub.open(['now']));
  expect(streams).not.toContain(null);
  expect(hub.open(['now'])).toBeNull();
  await streams[7]!.cancel();
  expect(hub.open(['now'])).not.toBeNull();
});
