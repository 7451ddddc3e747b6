import { connectAsync, type MqttClient } from 'mqtt';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { replySchema, type Reply } from '../../src/app/commands/reply.ts';
import { CommandLog } from '../../src/io/sqlite/tables/command-log.ts';
import { openDatabase } from '../../src/io/sqlite/database.ts';
import { passwordLine, startMosquitto, type MosquittoOptions } from './programs/mosquitto.ts';
import { directory, eventually, isWarning, runProgram, startService, type Program } from './programs/program.ts';

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

/** A broker, the folder of a site, and a client that keeps the answers and the newest states. */
async function plant({ mqtt, user = '', ...options }: MosquittoOptions & { mqtt: boolean; user?: string }) {
  const broker = await startMosquitto(options);
  cleanUps.push(() => broker.stop());
  const { path: cwd, remove } = directory({
    'site.yaml': `site: works
database: zankyo.db
mqtt: { url: '${broker.url}'${user} }
commands: { mqtt: ${mqtt} }
publish: { state_every: 1s }
inputs: [{ topic: 's/+', name: '{1}' }]
tuning: { network: false }
`,
  });
  cleanUps.push(remove);
  const start = (): Promise<Program> => startService(cwd, cleanUps);
  return { broker, cwd, start, database: join(cwd, 'zankyo.db') };
}

class Client {
  readonly replies: (Reply & { readonly topic: string })[] = [];
  readonly states = new Map<string, { readonly frozen: string; readonly muted: string }>();
  readonly client: MqttClient;

  private constructor(client: MqttClient) {
    this.client = client;
    client.on('message', (topic, payload) => {
      const data = JSON.parse(payload.toString()) as object;
      const series = /series\/([^/]+)\/state$/.exec(topic)?.[1];
      if (series === undefined) this.replies.push({ topic, ...replySchema.parse(data) });
      else this.states.set(series, data as { frozen: string; muted: string });
    });
    cleanUps.push(() => client.endAsync(true));
  }

  static async connect(url: string, username?: string): Promise<Client> {
    const client = new Client(await connectAsync(url, username === undefined ? {} : { username, password: 'p' }));
    await client.client.subscribeAsync(
      ['zankyo/works/cmd/reply', 'zankyo/works/series/+/state', 'zankyo/works/series/+/cmd/reply'],
      { qos: 1 },
    );
    return client;
  }

  publish(topic: string, payload: string | object, retain = false): Promise<unknown> {
    const text = typeof payload === 'string' ? payload : JSON.stringify(payload);
    return this.client.publishAsync(topic, text, { qos: 1, retain });
  }

  /** The next answer after a command. */
  async ask(topic: string, payload: string | object, retain = false): Promise<Reply & { readonly topic: string }> {
    const { length } = this.replies;
    await this.publish(topic, payload, retain);
    await eventually(
      () => this.replies.length > length,
      () => `no answer on ${topic}`,
    );
    return this.replies[length];
  }

  async reading(name: string, value: number): Promise<void> {
    await this.publish(`s/${name}`, String(value));
    await eventually(() => this.states.has(name));
  }
}

const zankyo = (cwd: string, ...args: string[]) => runProgram([...args, '-c', 'site.yaml'], cwd);

const stored = (path: string) => {
  const db = openDatabase(path, { readonly: true });
  try {
    return new CommandLog(db).list(1000);
  } finally {
    db.close();
  }
};

describe('the command line', () => {
  test('reaches the running service while commands over MQTT are off; those over MQTT do nothing', async () => {
    const { broker, cwd, start } = await plant({ mqtt: false });
    const program = await start();
    const client = await Client.connect(broker.url);
    await client.reading('hall', 20);
    await client.publish('zankyo/works/series/hall/cmd', { id: 'm1', command: 'reset' });

    const frozen = await zankyo(cwd, 'cmd', 'freeze', 'hall', '--id', 'c1', '--note', 'new valve');
    expect(frozen).toMatchObject({
      code: 0,
      stdout: 'Learning is stopped for hall until resume; scores and alarms go on. (zankyo cmd undo c1)\n',
    });
    await eventually(() => client.states.get('hall')?.frozen === 'ON');
    // The same again gets the same answer; another command with this id does not.
    expect(await zankyo(cwd, 'cmd', 'freeze', 'hall', '--id', 'c1', '--note', 'new valve')).toMatchObject(frozen);
    const other = await zankyo(cwd, 'cmd', 'freeze', '--id', 'c1');
    expect([other.code, other.stderr]).toEqual([64, '--id c1: another command had this id\n']);

    const refused = await zankyo(cwd, 'cmd', 'freeze', 'attic');
    expect([refused.code, refused.stderr]).toEqual([
      65,
      'Refused, unknown_series: No series or group of this name has sent a reading.\n',
    ]);
    const mistaken = await zankyo(cwd, 'cmd', 'mute', 'hall');
    expect([mistaken.code, mistaken.stderr]).toEqual([
      64,
      'for: expected a duration from 1s to 30d, such as 2h or 1d12h.\n',
    ]);
    expect(await zankyo(cwd, 'cmd', 'undo')).toMatchObject({
      code: 64,
      stderr: 'undo: give the id of the command; zankyo commands lists the ids\n',
    });
    expect((await zankyo(cwd, 'cmd', 'undo', 'c1', '--json')).stdout).toContain('"freeze is undone."');
    await eventually(() => client.states.get('hall')?.frozen === 'OFF');
    const listed = await zankyo(cwd, 'commands', '--json');
    const rows = listed.stdout
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(rows.map(({ command, status, undoneBy }) => [command, status, typeof undoneBy])).toEqual([
      ['undo', 'done', 'object'],
      ['freeze', 'refused', 'object'],
      ['freeze', 'done', 'string'],
    ]);
    expect(client.replies).toEqual([]);
    expect(program.log().filter(isWarning)).toEqual([]);
  });

  test('while the service is stopped the command waits, and is carried out first at the start', async () => {
    const { broker, cwd, start, database } = await plant({ mqtt: false });
    const before = await zankyo(cwd, 'cmd', 'freeze', 'hall');
    expect([before.code, before.stderr]).toEqual([1, expect.stringContaining('there is no such file') as string]);
    let program = await start();
    const client = await Client.connect(broker.url);
    await client.reading('hall', 20);
    await program.end('SIGTERM');

    const waiting = await zankyo(cwd, 'cmd', 'freeze', 'hall', '--wait', '0s', '--id', 'w1');
    expect([waiting.code, waiting.stderr]).toEqual([
      75,
      'The service has not answered yet; it carries the command out as soon as it runs. Its id is w1.\n',
    ]);
    client.states.clear();
    program = await start();
    await client.reading('hall', 21);
    expect(client.states.get('hall')?.frozen).toBe('ON');
    expect(stored(database)).toMatchObject([{ id: 'w1', status: 'done' }]);
    const messages = program.log().map(({ msg }) => msg);
    const carriedOut = messages.findIndex((message) => message.startsWith('command: Learning is stopped'));
    expect(carriedOut).toBeGreaterThan(-1);
    expect(carriedOut).toBeLessThan(messages.indexOf('listening'));
  });
});

describe('over MQTT', () => {
  test('a command is answered on its own topic; kill -9 right behind the answer, and it holds', async () => {
    const { broker, start, database } = await plant({ mqtt: true });
    const program = await start();
    const client = await Client.connect(broker.url);
    await client.reading('hall', 20);
    await client.reading('attic', 20);
    const reply = await client.ask('zankyo/works/series/hall/cmd', { id: 'm1', command: 'freeze', by: 'Ada' });
    program.child.kill('SIGKILL');
    await program.ended;
    expect(reply).toMatchObject({
      topic: 'zankyo/works/series/hall/cmd/reply',
      schema: 1,
      id: 'm1',
      command: 'freeze',
      series: 'hall',
      status: 'done',
      code: null,
      undo: true,
    });
    expect(stored(database)).toMatchObject([{ id: 'm1', by: 'Ada', source: 'mqtt', status: 'done' }]);
    client.states.clear();
    await start();
    for (const name of ['hall', 'attic']) await client.reading(name, 21);
    expect([client.states.get('hall')?.frozen, client.states.get('attic')?.frozen]).toEqual(['ON', 'OFF']);

    // Once more, as one that missed the answer would: the same answer, and nothing new.
    const again = await client.ask('zankyo/works/series/hall/cmd', { id: 'm1', command: 'freeze', by: 'Ada' });
    expect(again).toEqual(reply);
    expect(await client.ask('zankyo/works/series/hall/cmd', { id: 'm1', command: 'resume' })).toMatchObject({
      code: 'id_used',
    });
    const site = await client.ask('zankyo/works/cmd', { command: 'mute', for: '1h' });
    expect(site).toMatchObject({ topic: 'zankyo/works/cmd/reply', status: 'done', series: null });
    await eventually(() => client.states.get('attic')?.muted === 'ON');
    expect(await client.ask('zankyo/works/cmd', { command: 'undo', of: site.id })).toMatchObject({ status: 'done' });
  });

  test('what is malformed, oversized, of another site or with a script is refused, stored, and changes nothing', async () => {
    const { broker, start, database } = await plant({ mqtt: true });
    const program = await start();
    const client = await Client.connect(broker.url);
    await client.reading('hall', 20);
    const topic = 'zankyo/works/series/hall/cmd';
    const script = '<script>alert(1)</script>';
    const codes = [
      await client.ask(topic, '{"command":'),
      await client.ask(topic, { command: 'explode' }),
      await client.ask(topic, { command: 'freeze', note: 'x'.repeat(5000) }),
      await client.ask(topic, { command: 'freeze', site: 'office' }),
      await client.ask(topic, { command: 'freeze', note: script }),
      await client.ask(topic, { command: 'freeze', series: 'attic' }),
      await client.ask('zankyo/works/series/<b>hall/cmd', { command: 'freeze' }),
      await client.ask(topic, { command: 'undo', of: 'nothing' }),
    ].map(({ code }) => code);
    expect(codes).toEqual([
      'not_json',
      'not_a_command',
      'too_large',
      'other_site',
      'not_a_command',
      'series_mismatch',
      'unknown_series',
      'unknown_command',
    ]);
    expect(JSON.stringify(client.replies)).not.toMatch(/script|<b>/);
    expect(client.replies[6].topic).toBe('zankyo/works/cmd/reply');

    const rows = stored(database);
    expect(rows.filter(({ status }) => status === 'refused')).toHaveLength(8);
    expect(client.states.get('hall')?.frozen).toBe('OFF');
    expect(program.log().filter(isWarning)).toEqual([]);
  });

  test('a retained command, which would be carried out at each start, is refused', async () => {
    const { broker, start } = await plant({ mqtt: true });
    const client = await Client.connect(broker.url);
    await client.publish('zankyo/works/cmd', { id: 'r1', command: 'freeze' }, true);
    await start();
    await eventually(() => client.replies.length > 0);
    expect(client.replies).toMatchObject([{ id: null, status: 'refused', code: 'retained' }]);
    await client.reading('hall', 20);
    expect(client.states.get('hall')?.frozen).toBe('OFF');
  });

  test('a flood is cut off after 20, with one more answer a minute, and readings go on', async () => {
    const { broker, start, database } = await plant({ mqtt: true });
    await start();
    const client = await Client.connect(broker.url);
    await client.reading('hall', 20);
    await Promise.all(
      Array.from({ length: 600 }, () => client.publish('zankyo/works/series/hall/cmd', { command: 'explode' })),
    );
    await client.reading('attic', 20);
    const codes = client.replies.map(({ code }) => code);
    expect(codes.filter((code) => code === 'too_many').length).toBe(1);
    expect(codes.length).toBeLessThan(60);
    expect(stored(database).length).toBeLessThan(60);
  });

  test('who may not publish commands, by the access rules of the docs, changes nothing, and may not answer', async () => {
    const users = ['zankyo', 'operator', 'dashboard'];
    const { broker, start, database } = await plant({
      mqtt: true,
      user: ', username: zankyo, password: p',
      config: ['allow_anonymous false', 'password_file passwords', 'acl_file acl'],
      files: {
        passwords: users.map((user) => passwordLine(user, 'p')).join(''),
        acl: [
          'user zankyo',
          'topic readwrite s/#',
          'topic readwrite zankyo/#',
          'user operator',
          'topic write s/#',
          'topic read zankyo/#',
          'topic write zankyo/works/cmd',
          'topic write zankyo/works/series/+/cmd',
          'user dashboard',
          'topic read zankyo/#',
          '',
        ].join('\n'),
      },
    });
    await start();
    const operator = await Client.connect(broker.url, 'operator');
    const dashboard = await Client.connect(broker.url, 'dashboard');
    await operator.reading('hall', 20);
    await dashboard.publish('zankyo/works/series/hall/cmd', { id: 'd1', command: 'freeze' }).catch(() => undefined);
    await dashboard.publish('zankyo/works/cmd/reply', { id: 'd1', status: 'done' }).catch(() => undefined);
    expect(await operator.ask('zankyo/works/series/hall/cmd', { id: 'o1', command: 'freeze' })).toMatchObject({
      id: 'o1',
    });
    expect(operator.replies.map(({ id }) => id)).toEqual(['o1']);
    expect(stored(database).map(({ id }) => id)).toEqual(['o1']);
  });
});
