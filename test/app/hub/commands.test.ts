import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { HubCommands } from '../../../src/app/hub/commands.ts';
import { hubDatabase } from './database.ts';

const NOW = Date.UTC(2026, 10, 27);
const MUTE = { command: 'mute', series: 'p', for: '2h', by: 'Ada' };

/** A hub that knows the site `north`, and what it publishes. */
async function hub(status: 'online' | 'offline' = 'online') {
  const db = await hubDatabase();
  await db.write([
    { text: 'INSERT INTO hub_site (site, status, heard_at) VALUES ($1, $2, $3)', values: ['north', status, NOW] },
  ]);
  const published: (readonly [topic: string, request: Readonly<Record<string, unknown>>])[] = [];
  const link = { isConnected: true };
  const commands = new HubCommands({
    db,
    prefix: 'zankyo',
    isConnected: () => link.isConnected,
    publish: (topic, payload) => published.push([topic, JSON.parse(payload) as Record<string, unknown>]),
    now: () => NOW,
  });
  const stored = () => db.read('SELECT site, series, command, sender, at, status FROM hub_command');
  return { commands, published, link, stored };
}

test('a command is stored, then published with an id of its own; its answer is that of the site', async () => {
  const { commands, published, stored } = await hub();
  const answer = commands.send('north', { ...MUTE, id: 'mine', site: 'south' });
  await vi.waitUntil(() => published.length > 0);
  const [[topic, request]] = published;
  expect(topic).toBe('zankyo/north/cmd');
  expect(request).toEqual({
    ...MUTE,
    schema: 1,
    site: 'north',
    id: expect.stringMatching(/^hub-[0-9a-f]{16}$/) as string,
  });
  expect(await stored()).toEqual([
    { site: 'north', series: 'p', command: 'mute', sender: 'Ada', at: NOW, status: null },
  ]);
  const id = String(request['id']);
  commands.replied({ id: 'hub-another', status: 'refused', text: 'no' });
  commands.replied({ id, status: 'done', text: 'muted' });
  expect(await answer).toEqual({ id, status: 'done', text: 'muted' });
});

describe('a command that is not sent, and not stored', () => {
  test.each([
    ['nobody asks', 'north', { ...MUTE, by: ' ' }, 'Who asks?'],
    ['an unknown site', 'south', MUTE, 'This hub has no site south.'],
    ['an unknown command', 'north', { ...MUTE, command: 'explode' }, 'Expected one of normal, fault, '],
  ])('%s', async (_, site, body, reason) => {
    const { commands, published, stored } = await hub();
    expect(await commands.send(site, body)).toContain(reason);
    expect([published, await stored()]).toEqual([[], []]);
  });

  test('no connection to the broker', async () => {
    const { commands, published, link, stored } = await hub();
    link.isConnected = false;
    expect(await commands.send('north', MUTE)).toContain('was not sent');
    expect([published, await stored()]).toEqual([[], []]);
  });
});

describe('a site that does not answer', () => {
  test.each([
    ['online', 'north has not answered within 10 s.'],
    ['offline', 'north is offline: it gets the command when it is back.'],
  ] as const)('%s: after 10 s the answer is pending, with the reason', async (status, reason) => {
    const { commands, published } = await hub(status);
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => {
      vi.useRealTimers();
    });
    const answer = commands.send('north', MUTE);
    let answered = false;
    void answer.then(() => (answered = true));
    while (published.length === 0) await new Promise(setImmediate);
    await vi.advanceTimersByTimeAsync(9_999);
    expect(answered).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    const { id, status: pending, text } = (await answer) as Exclude<Awaited<typeof answer>, string>;
    expect([id, pending]).toEqual([published[0][1]['id'], 'pending']);
    expect(text).toContain(reason);
  });

  test('64 commands wait for an answer at most; an answer makes room', async () => {
    const { commands, published, stored } = await hub();
    for (let n = 0; n < 64; n++) void commands.send('north', MUTE);
    await vi.waitUntil(() => published.length === 64);
    expect(await commands.send('north', MUTE)).toContain('Too many commands wait');
    expect(await stored()).toHaveLength(64);
    commands.replied({ id: String(published[0][1]['id']), status: 'done', text: 'muted' });
    void commands.send('north', MUTE);
    await vi.waitUntil(() => published.length === 65);
  });
});
