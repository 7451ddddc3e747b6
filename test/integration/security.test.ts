import { chmodSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { connectAsync } from 'mqtt';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { anomaly } from '../cli/anomaly.ts';
import { AnomalyLog } from '../../src/io/sqlite/tables/anomaly-log.ts';
import { openDatabase } from '../../src/io/sqlite/database.ts';
import { SnapshotStore } from '../../src/io/sqlite/snapshots/snapshot-store.ts';
import { roomTemperature } from '../room-temperature.ts';
import { freePort, passwordLine, startMosquitto, type MosquittoOptions } from './programs/mosquitto.ts';
import { eventually, isWarning, runProgram, startProgram, type Program } from './programs/program.ts';
import { withFiles } from './with-files.ts';

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

const mosquitto = async (options?: MosquittoOptions) => {
  const broker = await startMosquitto(options);
  cleanUps.push(() => broker.stop());
  return broker;
};

const service = (cwd: string, env?: NodeJS.ProcessEnv): Program => {
  const program = startProgram(['run', '-c', 'site.yaml'], cwd, undefined, env);
  cleanUps.push(() => {
    program.child.kill('SIGKILL');
    return program.ended;
  });
  return program;
};

/** A site that logs all there is; `mqtt` are further lines of its section. */
const site = (url: string, ...mqtt: string[]): string => `site: house
database: zankyo.db
log: { level: trace }
mqtt:
  url: '${url}'
${mqtt.map((line) => `  ${line}\n`).join('')}inputs:
  - { topic: rooms/+, name: '{1}' }
`;

// The modes of files are to be ours, and no accident of the one who runs the tests.
let umask: number;
beforeAll(() => {
  umask = process.umask(0);
  return () => {
    process.umask(umask);
  };
});

describe('a password', () => {
  const SECRET = 'hunter2';

  /** All that can be found of what the program did: what it printed, its arguments, and every file that it wrote. */
  const traces = (cwd: string, known: readonly string[]): string =>
    readdirSync(cwd)
      .filter((name) => !known.includes(name))
      .map((name) => readFileSync(join(cwd, name), 'latin1'))
      .join('\n');

  /** Every way in which a password comes into the program. */
  const ways: readonly (readonly [string, readonly string[], Readonly<Record<string, string>>, NodeJS.ProcessEnv])[] = [
    ['in the site file', [`password: ${SECRET}`], {}, {}],
    ['as !secret', ['password: !secret mqtt'], { 'secrets.yaml': `mqtt: ${SECRET}\n` }, {}],
    ['as !env', ['password: !env BROKER_PASSWORD'], {}, { BROKER_PASSWORD: SECRET }],
    ['as password_file', ['password_file: password'], { password: `${SECRET}\n` }, {}],
    ['as a credential of systemd', [], { 'mqtt-password': `${SECRET}\n` }, { CREDENTIALS_DIRECTORY: '.' }],
  ];

  describe.each(ways)('%s', (_, lines, files, env) => {
    const folder = (url: string): string => withFiles({ ...files, 'site.yaml': site(url, 'username: pi', ...lines) });
    const known = ['site.yaml', ...Object.keys(files)];

    /** Serves until `until`, then ends; nothing that it left may contain the password. */
    const leavesNoTrace = async (url: string, until: (program: Program) => Promise<unknown>): Promise<void> => {
      const cwd = folder(url);
      const program = service(cwd, env);
      await until(program);
      const args = readFileSync(`/proc/${program.child.pid!}/cmdline`, 'latin1');
      const beside = traces(cwd, known);
      const { stdout, stderr } = await program.end('SIGTERM');
      expect(stderr).toContain('started');
      expect(args + beside + stdout + stderr + traces(cwd, known)).not.toContain(SECRET);
    };

    test('leaves no trace when all is well', async () => {
      const { url } = await mosquitto({
        config: ['allow_anonymous false', 'password_file passwords'],
        files: { passwords: passwordLine('pi', SECRET) },
      });
      await leavesNoTrace(url, async (program) => {
        await program.logged('listening');
        const sensor = await connectAsync(url, { username: 'pi', password: SECRET });
        await sensor.publishAsync('rooms/hall', 'not a number', { qos: 1 });
        await sensor.publishAsync('rooms/hall', '21.5', { qos: 1 });
        await program.logged('number');
        await sensor.endAsync();
      });
    });

    test('leaves no trace when the broker refuses it, or is away', async () => {
      const { url } = await mosquitto({
        config: ['allow_anonymous false', 'password_file passwords'],
        files: { passwords: passwordLine('pi', 'another') },
      });
      await leavesNoTrace(url, (program) => program.logged('does not authorise the user "pi"'));
      const nobody = `mqtt://127.0.0.1:${await freePort()}`;
      await leavesNoTrace(nobody, (program) => program.logged('refuses the connection'));
      const { code, stdout, stderr } = await runProgram(
        ['check', 'site.yaml', '--connect'],
        folder(url),
        undefined,
        env,
      );
      expect(stderr).toContain('does not authorise the user "pi"');
      expect(stdout + stderr).not.toContain(SECRET);
      expect(code).toBe(69);
    });

    test('leaves no trace when the site file is wrong', async () => {
      const cwd = folder('mqtt://localhost');
      const path = join(cwd, 'site.yaml');
      const right = readFileSync(path, 'utf8');
      for (const [from, to] of [
        ['username: pi', 'usrname: pi'],
        ['password', 'passwort'],
        ['site: house', 'site: [house'],
        ['mqtt://localhost', `mqtt://pi:${SECRET}@localhost`],
        ['  username: pi', `  username: pi\n  tls: { ca: nowhere.pem }\n  keepalive: ${SECRET}\n`],
      ] as const) {
        writeFileSync(path, right.replaceAll(from, to));
        const { code, stdout, stderr } = await runProgram(['check', 'site.yaml'], cwd, undefined, env);
        expect({ to, code }).toEqual({ to, code: right.includes(from) ? 78 : 0 });
        expect(stdout + stderr).not.toContain(SECRET);
      }
      const { code, stderr } = await runProgram(['run', '-c', 'site.yaml'], cwd, undefined, env);
      expect(code).toBe(78);
      expect(stderr).not.toContain(SECRET);
    });
  });

  test('that is refused leaves no trace in what doctor finds', async () => {
    const { url } = await mosquitto({ config: ['allow_anonymous false'] });
    const cwd = withFiles({ 'site.yaml': site(url, 'username: pi', `password: ${SECRET}`) });
    const { code, stdout, stderr } = await runProgram(['doctor', '-c', 'site.yaml', '--json'], cwd);
    expect(stdout).toContain('does not authorise the user');
    expect(stdout + stderr).not.toContain(SECRET);
    expect(code).toBe(69);
  });

  test('in clear text on its way to another machine is warned of, once, by check and at the start', async () => {
    // A name that is for documentation only, and resolves nowhere.
    const cwd = withFiles({ 'site.yaml': site('mqtt://broker.invalid', 'username: pi', `password: ${SECRET}`) });
    const warning = 'site.yaml:5:8: mqtt.url: the password is sent in clear text; mqtts:// would encrypt it';
    const checked = await runProgram(['check', 'site.yaml'], cwd);
    expect(checked.stderr.split('\n').filter((line) => line.includes('clear text'))).toEqual([warning]);
    const program = service(cwd);
    await program.logged('started');
    await eventually(() => program.log().some(({ msg }) => msg.startsWith('mqtt://broker.invalid')));
    await program.end('SIGTERM');
    const said = program.log().filter(({ msg }) => msg.includes('clear text'));
    expect(said.map((line) => [isWarning(line), line.msg])).toEqual([[true, warning]]);
  });
});

describe('a file', () => {
  const modes = (cwd: string, names: readonly string[]): Record<string, string> =>
    Object.fromEntries(names.map((name) => [name, (statSync(join(cwd, name)).mode & 0o777).toString(8)]));

  test('of the service is for its owner only, whatever the umask', async () => {
    const { url } = await mosquitto();
    const cwd = withFiles({ 'site.yaml': site(url) });
    const program = service(cwd);
    await program.logged('listening');
    const sensor = await connectAsync(url);
    await sensor.publishAsync('rooms/hall', 'not a number', { qos: 1 });
    await program.logged('number');
    await sensor.endAsync();
    expect(modes(cwd, ['zankyo.db', 'zankyo.db-wal', 'zankyo.db-shm'])).toEqual({
      'zankyo.db': '600',
      'zankyo.db-wal': '600',
      'zankyo.db-shm': '600',
    });
    await program.end('SIGTERM');
  });

  test('that is written out is for its owner only', async () => {
    const csv = roomTemperature(500).map(({ at, value }) => `${new Date(at).toISOString()},${value}`);
    const cwd = withFiles({ 'room.csv': `time,room\n${csv.join('\n')}\n` });
    expect((await runProgram(['replay', 'room.csv', '-o', 'scores.csv'], cwd)).code).toBe(0);
    const compared = ['compare', 'room.csv', '--cells', 'rnn', '--learners', 'snap1', '-o', 'report.html'];
    expect((await runProgram(compared, cwd)).code).toBe(0);
    expect(modes(cwd, ['scores.csv', 'report.html'])).toEqual({ 'scores.csv': '600', 'report.html': '600' });
  });

  test('of a database that others can read is warned of by doctor', async () => {
    const cwd = withFiles({ 'site.yaml': site('mqtt://127.0.0.1:1') });
    openDatabase(join(cwd, 'zankyo.db')).close();
    chmodSync(join(cwd, 'zankyo.db'), 0o644);
    const { stdout } = await runProgram(['doctor', '-c', 'site.yaml'], cwd);
    expect(stdout).toContain(
      `${join(cwd, 'zankyo.db')} can be read by other users of this machine; run chmod 600 on it.`,
    );
  });
});

describe('control characters', () => {
  const ACTIVE = /[^\P{Cc}\n]|[\p{Zl}\p{Zp}\p{Bidi_Control}]/u;
  // Clears the screen in two ways, sets the title, begins a line that looks like one of ours, turns the text around.
  const EVIL = '\x1b[2J\x9b2J\x1b]0;owned\x07\r\n{"level":50,"msg":"forged"}\u202e';

  test('in topics and payloads reach neither the log nor the list of anomalies', async () => {
    const { url } = await mosquitto();
    const cwd = withFiles({ 'site.yaml': site(url) });
    const program = service(cwd);
    await program.logged('listening');
    const sensor = await connectAsync(url);
    // A level of a topic may hold any of these, but for the broker's own rules.
    for (const topic of ['rooms/\x1b[2J', 'rooms/hall\u202e', 'rooms/a\nb', `rooms/${EVIL.replaceAll('/', '')}`])
      for (const payload of [EVIL, '21.5', `{"device":"${EVIL}"}`, '\0'])
        await sensor.publishAsync(topic, payload, { qos: 0 });
    await sensor.publishAsync('rooms/hall', EVIL, { qos: 1 });
    await sensor.publishAsync('rooms/hall', '21.5', { qos: 1 });
    await program.logged('number');
    await sensor.endAsync();
    const { stderr } = await program.end('SIGTERM');
    expect(stderr).not.toMatch(ACTIVE);
    expect(program.log().filter(({ msg }) => msg === 'forged')).toEqual([]);
    // What was refused is kept as it came, for who wants to look into it.
    const db = new Sqlite(join(cwd, 'zankyo.db'), { readonly: true });
    const kept = db.prepare<[], Buffer>('SELECT payload FROM quarantine').pluck().all();
    db.close();
    expect(kept.map((payload) => payload.toString())).toContain(EVIL);
  });

  test('in a database, a recording or an argument do not reach the terminal', async () => {
    const cwd = withFiles({
      'bad.csv': `time,a${EVIL.split('\r')[0]}\nx,y\n`,
      'evil.csv': `time,"${EVIL.replaceAll('"', '')}"\n2026-01-01T00:00:00Z,1\n`,
    });
    const db = openDatabase(join(cwd, 'zankyo.db'));
    const evil = anomaly({ reason: `hall ${EVIL}`, unit: EVIL, incident: EVIL });
    new AnomalyLog(db, { quarantineRows: 0 }).record({ anomaly: evil, at: 0, receivedAt: 0 });
    new SnapshotStore(db).save([{ stream: EVIL, at: 0, seq: 1, version: 1, shape: EVIL, bytes: new Uint8Array() }]);
    db.close();
    for (const args of [
      ['anomalies', '--database', 'zankyo.db'],
      ['anomalies', '--database', 'zankyo.db', '--json'],
      ['replay', 'bad.csv'],
      ['replay', 'evil.csv'],
      ['replay', `${EVIL}.csv`],
    ]) {
      const { stdout, stderr } = await runProgram(args, cwd);
      expect(stdout + stderr).not.toBe('');
      expect(stdout + stderr).not.toMatch(ACTIVE);
      expect((stdout + stderr).split('\n')).not.toContain('{"level":50,"msg":"forged"}');
    }
    const { stdout } = await runProgram(['anomalies', '--database', 'zankyo.db', '--json'], cwd);
    expect(JSON.parse(stdout)).toMatchObject({ reason: `hall ${EVIL}`, unit: EVIL });
  });
});
