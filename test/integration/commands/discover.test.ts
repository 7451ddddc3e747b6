import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from 'mqtt';
import { parse } from 'yaml';
import { afterEach, describe, expect, test } from 'vitest';
import { startDevices, thirtyDevices } from './devices.ts';
import { passwordLine, startMosquitto, type MosquittoOptions } from '../programs/mosquitto.ts';
import { directory, eventually, MAIN, runProgram, startProgram } from '../programs/program.ts';

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

const emptyDirectory = (): string => {
  const { path, remove } = directory();
  cleanUps.push(remove);
  return path;
};

const brokerWith = async (options: MosquittoOptions, everyMs?: number) => {
  const broker = await startMosquitto(options);
  cleanUps.push(() => broker.stop());
  if (everyMs !== undefined) {
    const devices = await startDevices(broker.url, thirtyDevices(), everyMs);
    cleanUps.push(() => devices.stop());
  }
  return broker;
};

interface State {
  readonly score: number | null;
  readonly expected: number | null;
  readonly unit: string;
  readonly anomaly: string;
}

/** The latest state of each series. */
const statesAt = async (url: string): Promise<ReadonlyMap<string, State>> => {
  const client = connect(url, { clientId: 'viewer' });
  cleanUps.push(() => client.endAsync(true));
  const states = new Map<string, State>();
  client.on('message', (topic, payload) => states.set(topic.split('/')[3], JSON.parse(payload.toString()) as State));
  await client.subscribeAsync('zankyo/home/series/+/state');
  return states;
};

test('from an unknown broker with 30 devices to scored streams: discover, check, run', async () => {
  const broker = await brokerWith({}, 250);
  const cwd = emptyDirectory();
  const address = broker.url.replace('mqtt://', '');
  const found = await runProgram(['discover', address, '--for', '4s', '-o', 'site.yaml'], cwd);
  expect(found).toMatchObject({ code: 0, stdout: '' });
  expect(found.stderr).toContain('Proposed: 79 series from 15 inputs');
  expect(found.stderr).toMatch(/^link quality +linkquality \(12\), wifi_signal \(2\)/m);
  expect(found.stderr).toContain('site.yaml: written. Next: zankyo run -c site.yaml');
  for (const line of found.stderr.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  expect(await runProgram(['check', 'site.yaml'], cwd)).toMatchObject({ code: 0, stderr: '' });

  const states = await statesAt(broker.url);
  const service = startProgram(['run', '-c', 'site.yaml'], cwd);
  cleanUps.push(() => service.end('SIGTERM'));
  await eventually(
    () => [...states.values()].filter(({ score, expected }) => score !== null && expected !== null).length === 79,
    () => `${states.size} series: ${[...states].map(([slug, state]) => `${slug} ${JSON.stringify(state)}`).join('\n')}`,
  );
  expect(Object.fromEntries([...states].map(([slug, { unit }]) => [slug, unit]))).toMatchObject({
    'kuche-temperature': '°C',
    'cellar-north-humidity': '%',
    'heatpump-hum_of_motor': 'dB',
    'line1-press-pressure': '',
  });
  expect([...states.values()].filter(({ anomaly }) => anomaly === 'ON')).toEqual([]);
  expect([...states.keys()].toSorted()).toHaveLength(79);
  const ended = await service.end('SIGTERM');
  expect(ended.code).toBe(0);
});

test('the site file goes to standard output, its groups can be part of it, and JSON has the same content', async () => {
  const broker = await brokerWith({}, 100);
  const cwd = emptyDirectory();
  const [yaml, json] = await Promise.all([
    runProgram(
      ['discover', broker.url, '--for', '2s', '--groups', '--site', 'plant', '--timezone', 'Europe/Berlin'],
      cwd,
    ),
    runProgram(['discover', broker.url, '--for', '2s', '--json', '--topic', 'boiler/#', 'tank/+'], cwd),
  ]);
  const site = parse(yaml.stdout) as { site: string; timezone: string; groups: Record<string, { series: string[] }> };
  expect(site).toMatchObject({ site: 'plant', timezone: 'Europe/Berlin' });
  expect(site.groups['freezer']).toEqual({
    series: ['freezer-energy-power', 'freezer-energy-voltage', 'freezer-energy-current'],
  });
  writeFileSync(join(cwd, 'site.yaml'), yaml.stdout);
  expect(await runProgram(['check', 'site.yaml'], cwd)).toMatchObject({ code: 0, stderr: '' });
  const found = JSON.parse(json.stdout) as { schema: number; inputs: { topic: string; everyMs: number }[] };
  expect(found).toMatchObject({ schema: 1, series: 3 });
  expect(found.inputs.map(({ topic }) => topic)).toEqual(['boiler/#', 'tank/level']);
  expect(json.stderr).toBe('');
});

describe('a file that is there', () => {
  test('stays as it is without --force', async () => {
    const cwd = emptyDirectory();
    writeFileSync(join(cwd, 'site.yaml'), 'mine');
    for (const command of [
      ['discover', 'localhost', '-o', 'site.yaml'],
      ['init', 'localhost', '--no-discover'],
    ]) {
      const { code, stderr } = await runProgram(command, cwd);
      expect([code, stderr]).toEqual([64, 'site.yaml exists already: give another --out, or --force to replace it\n']);
    }
    expect(readFileSync(join(cwd, 'site.yaml'), 'utf8')).toBe('mine');
    expect(await runProgram(['init', 'localhost', '--no-discover', '--force'], cwd)).toMatchObject({ code: 0 });
    expect(readFileSync(join(cwd, 'site.yaml'), 'utf8')).toContain('url: mqtt://localhost\n');
  });
});

test('init with an address and without a terminal asks nothing: it listens, and writes a valid file that the service may read', async () => {
  const broker = await brokerWith({}, 100);
  const cwd = emptyDirectory();
  const made = await runProgram(['init', broker.url, '--site', 'mill', '--for', '2s', '--json'], cwd);
  expect(made).toMatchObject({ code: 0, stderr: '' });
  expect(JSON.parse(made.stdout)).toEqual({
    schema: 1,
    file: 'site.yaml',
    site: 'mill',
    broker: broker.url,
    series: 79,
  });
  expect(statSync(join(cwd, 'site.yaml')).mode & 0o400).toBe(0o400);
  expect(await runProgram(['check', 'site.yaml'], cwd)).toMatchObject({ code: 0, stderr: '' });
});

describe('init without an address reads its answers from standard input', () => {
  test('all at once, through a pipe', async () => {
    const cwd = emptyDirectory();
    const answers = ['10.0.0.7', 'ada', 'secret word', 'No Name', 'mill', 'Europe/Berlin', 'n'];
    const { code, stderr } = await runProgram(['init'], cwd, answers.map((answer) => `${answer}\n`).join(''));
    expect([code, stderr]).toEqual([0, expect.stringContaining('site.yaml: written')]);
    expect(stderr).not.toContain('secret word');
    expect(parse(readFileSync(join(cwd, 'secrets.yaml'), 'utf8'))).toEqual({ mqtt_password: 'secret word' });
    const site = readFileSync(join(cwd, 'site.yaml'), 'utf8');
    expect(site).toContain('password: !secret mqtt_password');
    expect(parse(site.replace('!secret ', ''))).toMatchObject({
      ...{ site: 'mill', timezone: 'Europe/Berlin' },
      mqtt: { url: 'mqtt://10.0.0.7', username: 'ada' },
    });
  });

  test('typed ahead on a terminal', async () => {
    const cwd = emptyDirectory();
    // util-linux script gives it a terminal, into which all lines are written at once.
    const command = `"${process.execPath}" "${MAIN}" init`;
    const child = spawn('script', ['-qec', command, '/dev/null'], { cwd, stdio: ['pipe', 'ignore', 'inherit'] });
    cleanUps.push(() => child.kill('SIGKILL'));
    child.stdin.write('10.0.0.7\n\nmill\nEurope/Berlin\nn\n');
    await once(child, 'exit');
    expect(child.exitCode).toBe(0);
    expect(parse(readFileSync(join(cwd, 'site.yaml'), 'utf8'))).toMatchObject({
      ...{ site: 'mill', timezone: 'Europe/Berlin' },
      mqtt: { url: 'mqtt://10.0.0.7' },
    });
  });

  test('where they end too early, the sentence says how to do without, and nothing is written', async () => {
    const cwd = emptyDirectory();
    for (const answers of ['', '10.0.0.7\n\n']) {
      const { code, stderr } = await runProgram(['init'], cwd, answers);
      expect([code, stderr.split('\n').at(-2)]).toEqual([
        64,
        'the questions were not answered; nothing is written. Without questions: zankyo init ADDRESS, for example zankyo init 192.168.1.10',
      ]);
    }
    const asked = await runProgram(['init', '--yes'], cwd);
    expect([asked.code, asked.stderr]).toEqual([
      64,
      'which broker? zankyo init ADDRESS, for example zankyo init 192.168.1.10\n',
    ]);
    expect(readdirSync(cwd)).toEqual([]);
  });
});

describe('a broker', () => {
  test('that cannot be reached ends with 69, and nothing is written', async () => {
    const cwd = emptyDirectory();
    const { code, stderr } = await runProgram(['discover', '127.0.0.1:1', '-o', 'site.yaml'], cwd);
    expect([code, stderr]).toEqual([69, expect.stringContaining('refuses the connection')]);
    expect(() => statSync(join(cwd, 'site.yaml'))).toThrow('ENOENT');
  });

  test('without a message ends with 66', async () => {
    const broker = await brokerWith({});
    const { code, stderr } = await runProgram(['discover', broker.url, '--for', '1s'], emptyDirectory());
    expect(code).toBe(66);
    expect(stderr).toContain('no message arrived in 1 s');
  });

  test('with users: the password comes from the environment or a file, and never stands in the site file', async () => {
    const broker = await brokerWith({
      config: ['allow_anonymous false', 'password_file users', 'acl_file acl'],
      files: { users: passwordLine('ada', 'secret word'), acl: 'user ada\ntopic readwrite sensors/#\n' },
    });
    const client = connect(broker.url, { username: 'ada', password: 'secret word' });
    cleanUps.push(() => client.endAsync(true));
    await client.publishAsync('sensors/temperature', '21', { retain: true });
    const cwd = emptyDirectory();
    writeFileSync(join(cwd, 'word'), 'secret word\n', { mode: 0o600 });
    const run = (args: readonly string[], env = {}) =>
      runProgram(['discover', broker.url, '--for', '1s', ...args], cwd, '', env);
    expect(await run([])).toMatchObject({ code: 69 });
    const fromFile = await run(['--username', 'ada', '--password-file', 'word', '-o', 'a.yaml']);
    expect(fromFile).toMatchObject({ code: 0 });
    expect(readFileSync(join(cwd, 'a.yaml'), 'utf8')).toContain(
      `  username: ada\n  password_file: ${join(cwd, 'word')}\n`,
    );
    const word = { ZANKYO_MQTT_PASSWORD: 'secret word' };
    const fromEnvironment = await run(['--username', 'ada', '-o', 'b.yaml'], word);
    expect(fromEnvironment).toMatchObject({ code: 0 });
    const written = readFileSync(join(cwd, 'b.yaml'), 'utf8');
    expect(written).toContain('  password: !env ZANKYO_MQTT_PASSWORD\n');
    expect(written).not.toContain('secret word');
    expect(await runProgram(['discover', 'mqtt://ada:x@localhost'], cwd)).toMatchObject({
      code: 64,
      stderr: expect.stringContaining('no password in the address') as unknown,
    });
  });
});
