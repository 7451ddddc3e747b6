import { spawn } from 'node:child_process';
import { chmodSync } from 'node:fs';
import { connectAsync, type MqttClient } from 'mqtt';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { afterEach, describe, expect, test } from 'vitest';
import { httpTarget, mailTarget, type HttpTarget } from '../io/notify/servers.ts';
import { freePort, startMosquitto } from './programs/mosquitto.ts';
import { directory, eventually, isWarning, runProgram, startService, type Program } from './programs/program.ts';

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

const server = async (): Promise<HttpTarget> => {
  const target = await httpTarget();
  cleanUps.push(() => target.close());
  return target;
};

/** A service with a tank that may read 0 to 100, and these targets. */
async function plant(notify: string) {
  const broker = await startMosquitto();
  cleanUps.push(() => broker.stop());
  const { path, remove } = directory({
    'site.yaml': `site: works
database: zankyo.db
mqtt: { url: '${broker.url}' }
inputs: [{ topic: 's/+', name: '{1}', range: [0, 100] }]
tuning: { network: false, cool_down: 1s }
incidents: { window: 0s }
notify:
${notify}
`,
    'secrets.yaml': 'phone_token: tk_secret\n',
    'mail-password': 'p\n',
  });
  cleanUps.push(remove);
  for (const file of ['site.yaml', 'secrets.yaml', 'mail-password']) chmodSync(join(path, file), 0o600);
  const start = (): Promise<Program> => startService(path, cleanUps);
  const client: MqttClient = await connectAsync(broker.url);
  cleanUps.push(() => client.endAsync(true));
  return {
    path,
    start,
    send: (series: string, value: number) => client.publishAsync(`s/${series}`, String(value), { qos: 1 }),
    command: (...args: string[]) => runProgram([...args, '-c', 'site.yaml'], path),
  };
}

const bodies = ({ received }: HttpTarget): Record<string, unknown>[] =>
  received.map(({ body }) => JSON.parse(body) as Record<string, unknown>);

test('an alarm reaches every target; a mute holds it back; the end is sent where the alarm was', async () => {
  const [phone, hook] = [await server(), await server()];
  const mail = await mailTarget({ user: 'z', password: 'p' });
  cleanUps.push(() => mail.close());
  const { start, send, command } = await plant(`
  phone: { type: ntfy, url: '${phone.url}/alerts', token: !secret phone_token }
  hook: { type: webhook, url: '${hook.url}/', severity: critical }
  mail: { type: smtp, url: '${mail.url}', from: z@example.org, to: [a@example.org], username: z, password_file: mail-password }`);
  const program = await start();
  for (const value of [20, 20, 500]) await send('tank', value);
  await eventually(() => phone.received.length === 1 && mail.mails.length === 1);
  expect(bodies(phone)[0]).toMatchObject({
    topic: 'alerts',
    title: expect.stringMatching(/^tank: alarm \((minor|major|critical)\)$/) as string,
    message: expect.stringContaining('500') as string,
  });
  expect(phone.received[0].headers.authorization).toBe('Bearer tk_secret');
  expect(mail.mails[0].source).toMatch(/^Subject: tank: alarm/m);
  for (const value of [20, 20, 20, 20]) await send('tank', value);
  await eventually(() => mail.mails.length === 2);
  expect(mail.mails[1].source).toMatch(/^Subject: tank: alarm ended/m);
  const reference = /^Message-ID: (.*)\r$/m.exec(mail.mails[0].source)![1];
  expect(mail.mails[1].source).toContain(`In-Reply-To: ${reference}`);

  expect((await command('cmd', 'mute', '--for', '1h')).code).toBe(0);
  for (const value of [20, 20, 500]) await send('pump', value);
  await program.logged('alarm opened: pump');
  expect((await program.end('SIGTERM')).code).toBe(0);
  expect(JSON.stringify([bodies(phone), mail.mails.map(({ source }) => source)])).not.toContain('pump');
  expect(program.log().filter(isWarning)).toEqual([]);
});

test('kill -9 between write and delivery: the notification is sent by the next run', async () => {
  const phone = await server();
  phone.answer = () => undefined; // it hangs
  const { path, start, send } = await plant(`  phone: { type: ntfy, url: '${phone.url}/alerts' }`);
  const program = await start();
  for (const value of [20, 20, 500]) await send('tank', value);
  await eventually(() => phone.received.length === 1);
  program.child.kill('SIGKILL');
  await program.ended;
  const db = new Sqlite(join(path, 'zankyo.db'), { readonly: true });
  expect(db.prepare('SELECT target FROM notification').all()).toEqual([{ target: 'phone' }]);
  db.close();
  phone.answer = (response) => response.end('{}');
  phone.received.length = 0;
  await start();
  await eventually(() => phone.received.length > 0);
  expect(bodies(phone)[0]['title']).toMatch(/^tank: alarm/);
});

/** A real ntfy server, from Debian, on a free port. */
async function ntfyServer() {
  const port = await freePort();
  const { path, remove } = directory({ 'server.yml': '' });
  cleanUps.push(remove);
  const args = ['serve', '--config', 'server.yml', '--listen-http', `127.0.0.1:${port}`, '--cache-file', 'cache.db'];
  const child = spawn('ntfy', [...args, '--base-url', `http://127.0.0.1:${port}`], { cwd: path, stdio: 'ignore' });
  const ended = new Promise((done) => child.once('exit', done));
  cleanUps.push(() => {
    child.kill('SIGKILL');
    return ended;
  });
  const url = `http://127.0.0.1:${port}`;
  await eventually(() =>
    fetch(`${url}/v1/health`).then(
      ({ ok }) => ok,
      () => false,
    ),
  );
  return {
    url,
    /** What the phone shows: the messages of a topic. */
    messages: async (topic: string): Promise<readonly Published[]> => {
      const text = await (await fetch(`${url}/${topic}/json?poll=1`)).text();
      return text
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as Published);
    },
    /** What the app does when a button is pressed. */
    press: async ({ url: to, method, body }: Action): Promise<void> => {
      expect((await fetch(to, { method, body })).status).toBe(200);
    },
  };
}

interface Action {
  readonly action: string;
  readonly label: string;
  readonly url: string;
  readonly method: string;
  readonly body: string;
}

interface Published {
  readonly title: string;
  readonly message: string;
  readonly priority: number;
  readonly tags: readonly string[];
  readonly actions?: readonly Action[];
}

test('a real ntfy: the alarm is shown with buttons; pressing one is a command, and its answer is shown', async () => {
  const ntfy = await ntfyServer();
  const { start, send, command } = await plant(
    `  phone: { type: ntfy, url: '${ntfy.url}/alerts', replies: reply-0123456789abcdef, events: [opened] }`,
  );
  const program = await start();
  for (const value of [20, 20, 500]) await send('tank', value);
  const shown = async (count: number): Promise<Published> => {
    await eventually(async () => (await ntfy.messages('alerts')).length === count);
    return (await ntfy.messages('alerts'))[count - 1];
  };
  const alarm = await shown(1);
  expect(alarm).toMatchObject({
    title: expect.stringMatching(/^tank: alarm/) as string,
    message: expect.stringContaining('500') as string,
    tags: ['rotating_light'],
  });
  const [normal, fault] = alarm.actions!;
  expect([normal.label, fault.label, fault.action]).toEqual(['Normal', 'Fault', 'http']);
  await ntfy.press(fault);
  expect(await shown(2)).toMatchObject({ title: 'Done: fault', priority: 2 });
  // While the service is stopped, the server keeps the answer.
  await program.end('SIGTERM');
  await ntfy.press({ ...normal, body: 'reset tank' }); // not a button
  await ntfy.press(normal); // a sensor fault cannot be normal
  await start();
  expect(await shown(3)).toMatchObject({ title: 'Refused: normal' });
  const listed = (await command('commands', '--json')).stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as object);
  expect(listed).toMatchObject([
    { source: 'ntfy', command: 'normal', status: 'refused', code: 'sensor_fault' },
    { source: 'ntfy', command: 'fault', status: 'done', by: 'button of phone' },
  ]);
});

describe('zankyo notify test', () => {
  test('says for each target what happened', async () => {
    const [phone, broken] = [await server(), await server()];
    broken.answer = (response) => response.writeHead(401).end('{"error":"unauthorized"}');
    const { command } = await plant(`
  phone: { type: ntfy, url: '${phone.url}/alerts', token: !secret phone_token }
  chat: { type: telegram, url: '${broken.url}', token: !secret phone_token, chat: 5 }`);
    const all = await command('notify', 'test');
    expect(all).toMatchObject({
      code: 69,
      stdout: 'phone (ntfy): sent, HTTP 200\n',
      stderr: 'chat (telegram): not sent: HTTP 401: {"error":"unauthorized"}\n',
    });
    expect(all.stdout + all.stderr).not.toContain('tk_secret');
    expect(bodies(phone)[0]).toMatchObject({ title: 'zankyo works: test', tags: ['wave'] });
    const one = await command('notify', 'test', 'phone', '--json');
    expect([one.code, JSON.parse(one.stdout)]).toEqual([
      0,
      { target: 'phone', type: 'ntfy', ok: true, answer: 'HTTP 200' },
    ]);
    const unknown = await command('notify', 'test', 'phon');
    expect(unknown).toMatchObject({
      code: 64,
      stderr: 'site.yaml: notify has no target "phon"; did you mean "phone"?\n',
    });
  });

  test('without targets it says so', async () => {
    const { command } = await plant('  {}');
    expect(await command('notify', 'test')).toMatchObject({
      code: 64,
      stderr: 'site.yaml: notify has no target; docs/notifications.md shows how to add one\n',
    });
  });
});
