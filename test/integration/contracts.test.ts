import { connectAsync } from 'mqtt';
import { afterEach, expect, test } from 'vitest';
import { compile, CONTRACT_NAMES, contractOf } from '../contracts.ts';
import { strokes } from '../strokes.ts';
import { startMosquitto } from './programs/mosquitto.ts';
import { directory, eventually, startService } from './programs/program.ts';

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

interface Sent {
  readonly topic: string;
  readonly data: Readonly<Record<string, unknown>> | string;
}

test('each message of a run with alarms, an incident, a habit, silence and commands fits the schema of its topic', async () => {
  const broker = await startMosquitto();
  cleanUps.push(() => broker.stop());
  const { path, remove } = directory({
    'site.yaml': `site: works
database: zankyo.db
mqtt: { url: '${broker.url}' }
commands: { mqtt: true }
publish: { state_every: 1s }
inputs:
  - { topic: plant/sump, name: sump, path: v, time: at, unit: '%', label: The sump, tuning: { silent_after: 2s } }
  - { topic: plant/tank, name: tank, unit: bar, range: [0, 10] }
  - { topic: pair/+, name: 'pair-{1}' }
groups: { pair: { series: [pair-a, pair-b] } }
tuning: { network: false }
`,
  });
  cleanUps.push(remove);
  const client = await connectAsync(broker.url);
  cleanUps.push(() => client.endAsync(true));
  const sent: Sent[] = [];
  client.on('message', (topic, payload) => {
    const text = payload.toString();
    sent.push({ topic, data: topic.endsWith('/status') ? text : (JSON.parse(text) as Record<string, unknown>) });
  });
  await client.subscribeAsync('zankyo/#', { qos: 1 });
  const field = (one: Sent, key: string): unknown => (one.data as Readonly<Record<string, unknown>>)[key];
  const has = (topic: string, fields: object): boolean =>
    sent.some(
      (one) =>
        one.topic === `zankyo/works/${topic}` &&
        Object.entries(fields).every(([key, value]) => field(one, key) === value),
    );
  const publish = (topic: string, data: unknown): Promise<unknown> =>
    client.publishAsync(topic, typeof data === 'string' ? data : JSON.stringify(data), { qos: 1 });

  const program = await startService(path, cleanUps);

  // A sensor fault and its end; a group; a pump whose strokes are alarms at first, and then a habit; and then it is silent.
  for (const value of ['5', '99', '5', '5', '5', '5']) await publish('plant/tank', value);
  for (const name of ['a', 'b']) await publish(`pair/${name}`, '1');
  const readings = strokes(8).map(({ at, value }) => ({ v: value, at: new Date(at).toISOString() }));
  while (readings.length > 0) await Promise.all(readings.splice(0, 50).map((data) => publish('plant/sump', data)));
  await eventually(() => has('series/sump/event', { event_type: 'habit' }));
  await eventually(() => has('series/sump/state', { phase: 'silent' }));

  const alarm = sent.find((one) => one.topic.endsWith('sump/event') && field(one, 'event_type') === 'opened')!;
  const commands: (readonly [
    topic: string,
    request: { readonly id: string; readonly [key: string]: string },
    status: string,
  ])[] = [
    ['series/sump/cmd', { id: 'c1', command: 'freeze', by: 'Ada' }, 'done'],
    ['series/sump/cmd', { id: 'c2', command: 'normal', event: field(alarm, 'id') as string }, 'done'],
    ['cmd', { id: 'c3', command: 'mute', for: '1h' }, 'done'],
    ['cmd', { id: 'c4', command: 'undo', of: 'c3' }, 'done'],
    ['cmd', { id: 'c5', command: 'explode' }, 'refused'],
    ['series/tank/cmd', { id: 'c6', command: 'export' }, 'done'],
  ];
  for (const [topic, request, status] of commands) {
    await publish(`zankyo/works/${topic}`, request);
    await eventually(
      () => has(`${topic}/reply`, { id: request.id, status }),
      () => JSON.stringify([request, sent.at(-1)]),
    );
  }
  // What the tank has learned comes in parts, and goes back to it.
  const parts = (): Sent[] => sent.filter(({ topic }) => topic === 'zankyo/works/learned');
  await eventually(() => parts().length > 0 && parts().length === field(parts()[0], 'parts'));
  for (const { data } of parts()) {
    const back = { ...(data as object), id: 'c7', by: 'Ada', replace: true, file: undefined, files: undefined };
    await publish('zankyo/works/cmd/import', back);
  }
  await eventually(
    () => has('cmd/reply', { id: 'c7', status: 'done' }),
    () => JSON.stringify(sent.at(-1)),
  );
  expect((await program.end('SIGTERM')).code).toBe(0);
  await eventually(() => sent.some(({ data }) => data === 'offline'));

  // Everything that the run was meant to show has been published.
  for (const [topic, fields] of [
    ['series/tank/event', { event_type: 'opened', kind: 'sensor' }],
    ['series/tank/event', { event_type: 'closed', kind: 'sensor' }],
    ['series/sump/event', { event_type: 'opened', kind: 'process', label: 'The sump' }],
    ['series/sump/event', { event_type: 'closed', kind: 'process' }],
    ['incident/event', { event_type: 'opened' }],
    ['series/pair/state', { label: null }],
    ['series/sump/state', { phase: 'silent', frozen: 'ON' }],
    ['series/sump/state', { muted: 'ON' }],
    ['health', { learning: 'full' }],
  ] as const)
    expect(has(topic, fields), `${topic} ${JSON.stringify(fields)}`).toBe(true);

  const validators = new Map(CONTRACT_NAMES.map((name) => [name, compile(name, true)]));
  const problems = sent.flatMap((one) => {
    const { topic, data } = one;
    const name = contractOf(topic, 'zankyo');
    if (name === null) return [`${topic} has no schema`];
    const validate = validators.get(name)!;
    // A request that must be refused is no command.
    if (validate(data) || field(one, 'command') === 'explode') return [];
    return [`${topic}: ${JSON.stringify(validate.errors)} in ${JSON.stringify(data)}`];
  });
  expect([...new Set(problems)]).toEqual([]);
  const covered = new Set(sent.map(({ topic }) => contractOf(topic, 'zankyo')));
  expect(CONTRACT_NAMES.filter((name) => name !== 'webhook' && !covered.has(name))).toEqual([]);
});
