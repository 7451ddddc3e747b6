import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DebianRoot, run, type Ended } from './debian-root.ts';

const repository = join(import.meta.dirname, '../..');
const MEGABYTE = 1e6;

/** Builds the package from the tree as it is; returns its path. */
const build = (out: string, options: readonly string[] = [], env: NodeJS.ProcessEnv = {}): string => {
  const args = ['run', '--silent', 'deb:package', '--prefix', repository, '--', '--out', out, ...options];
  const { status, text } = run('npm', args, env);
  if (status !== 0) throw new Error(text);
  return text.split('\n').find((line) => line.endsWith('.deb'))!;
};

const sha256 = (file: string): string => createHash('sha256').update(readFileSync(file)).digest('hex');

let root: DebianRoot;
/** The package of this tree, and the same one as the next version. */
let deb: string;
let newer: string;
const folder = mkdtempSync(join(tmpdir(), 'zankyo-debs-'));
/** Where the root sees a package. */
const inside = (file: string): string => `/shared/${basename(file)}`;

beforeAll(() => {
  root = new DebianRoot();
  deb = build(root.shared);
  newer = build(root.shared, ['--version', '99.0.0']);
}, 400_000);

afterAll(() => {
  root.remove();
  rmSync(folder, { recursive: true });
});

describe('the .deb', () => {
  test('is the same, byte for byte, in another folder, time zone, umask and time', () => {
    const elsewhere = join(folder, 'elsewhere');
    mkdirSync(elsewhere);
    const umask = process.umask(0o077);
    const again = build(elsewhere, [], { TZ: 'Asia/Tokyo', LANG: 'C.UTF-8', TMPDIR: elsewhere });
    process.umask(umask);
    expect(sha256(again)).toBe(sha256(deb));
  });

  test('takes at most 90 MB installed', () => {
    const size = Number(run('dpkg-deb', ['--field', deb, 'Installed-Size']).text) * 1024;
    console.log(
      `${basename(deb)}: ${(statSync(deb).size / MEGABYTE).toFixed(1)} MB, ${(size / MEGABYTE).toFixed(1)} MB installed`,
    );
    expect(size).toBeGreaterThan(5 * MEGABYTE);
    expect(size).toBeLessThanOrEqual(90 * MEGABYTE);
  });

  test("needs Debian's Node and the library of its ABI", () => {
    const depends = run('dpkg-deb', ['--field', deb, 'Depends']).text;
    for (const name of ['nodejs (>= 20.19)', 'nodejs (<< 21)', 'libnode115', 'libc6 (>=', 'libstdc++6 (>='])
      expect(depends).toContain(name);
  });

  test('has no sources, types, tests and source maps, and no tool that only an installation by npm needs', () => {
    const files = run('dpkg-deb', ['--contents', deb]).text;
    expect(files).toContain('./usr/lib/zankyo/node_modules/better-sqlite3/build/Release/better_sqlite3.node');
    expect(
      files.split('\n').filter((line) => /\.(map|ts|gyp|c|cpp|o|a)$|\/tests?\/|prebuild-install|@types/.test(line)),
    ).toEqual([]);
  });

  test('lintian finds nothing that is not explained', () => {
    const { text } = run('lintian', ['--allow-root', '--fail-on', 'error,warning', deb]);
    expect(text.split('\n').filter((line) => /^[EW]:/.test(line))).toEqual([]);
  });
});

describe('in a clean Debian 13', () => {
  let installed: Ended;
  beforeAll(() => {
    const { status, text } = root.run('apt-get', '-q', 'update');
    if (status !== 0) throw new Error(text);
    installed = root.run('apt-get', '-q', 'install', '-y', inside(deb));
  }, 180_000);

  test('apt installs it without a compiler and without npm', () => {
    expect(installed.text).toContain('Setting up zankyo');
    expect(installed.status).toBe(0);
    const { text } = root.run('sh', '-c', 'ls /usr/bin/gcc /usr/bin/make /usr/bin/python3 /usr/bin/npm');
    expect(text.match(/No such file/g)).toHaveLength(4);
    console.log(`apt install: ${installed.seconds.toFixed(0)} s`);
  });

  test('its addon and its kernel run on the Node of Debian', () => {
    expect(root.run('node', '-p', 'process.version').text).toMatch(/^v20\.(19|[2-9]\d)\./m);
    const { status, text } = root.run('zankyo', 'doctor');
    expect(status).toBe(0);
    expect(text).toMatch(/ok +SQLite/);
    expect(text).toMatch(/ok +core +SIMD kernel/);
  });

  test('each link of the package leads to a file', () => {
    const { text } = root.run(
      'sh',
      '-c',
      'dpkg -L zankyo | while read -r f; do [ -e "$f" ] || echo "lost: $f"; done; echo end',
    );
    expect(text).toContain('end');
    expect(text).not.toContain('lost:');
    expect(root.run('ls', '/usr/share/doc/zankyo/examples/config').text).toContain('minimal.yaml');
  });

  test('the demo runs to its alerts', () => {
    const { status, text, seconds } = root.run('zankyo', 'demo', '--for', '5d');
    expect(text).toContain('1 of 1 fault detected, no false alarms');
    expect(status).toBe(0);
    console.log(`zankyo demo --for 5d: ${seconds.toFixed(0)} s`);
  });

  test('every module finds what it imports', () => {
    writeFileSync(join(root.shared, 'import-all.mjs'), IMPORT_ALL);
    expect(root.run('node', '/shared/import-all.mjs').text).toMatch(/^[1-9]\d\d modules, 0 failed$/m);
  });

  // Of fleet mode, as in deploy/compose and deploy/kubernetes, and of a hub on PostgreSQL: imported only when a site file has it.
  test.each(['@nats-io/jetstream', '@nats-io/kv', '@nats-io/transport-node', 'pg'])('it has %s', (name) => {
    const script = `cd /usr/lib/zankyo && node --input-type=module -e "await import('${name}'); console.log('found')"`;
    expect(root.run('sh', '-c', script).text).toMatch(/^found$/m);
  });

  test('it has a manual page, completions and its licences', () => {
    for (const file of [
      'usr/share/man/man1/zankyo.1.gz',
      'usr/share/bash-completion/completions/zankyo',
      'usr/share/zsh/vendor-completions/_zankyo',
      'usr/share/fish/vendor_completions.d/zankyo.fish',
    ])
      expect(statSync(join(root.path, file)).size).toBeGreaterThan(1000);
    const copyright = readFileSync(join(root.path, 'usr/share/doc/zankyo/copyright'), 'utf8');
    const packages = Array.from(copyright.matchAll(/^Comment: (\S+) \d/gm), ([, name]) => name);
    for (const name of ['mqtt', 'rxjs', 'better-sqlite3', '@hono/node-server', 'ical.js', 'pg'])
      expect(packages).toContain(name);
    // Theirs are in the README.
    for (const holder of ['2014 Brian M. Carlson', '2013-2016 Hannes Hörl'])
      expect(copyright).toMatch(new RegExp(`^Copyright: ${holder}$`, 'm'));
  });
});

describe('its life under systemd', () => {
  type Facts = ReturnType<DebianRoot['boot']>;
  let facts: Facts;
  const said = (name: string): string => facts.get(name)!.text;
  const code = (name: string): number => facts.get(name)!.code;

  beforeAll(() => {
    const broker = root.run(
      'apt-get',
      '-q',
      'install',
      '-y',
      '--no-install-recommends',
      'mosquitto',
      'mosquitto-clients',
    );
    if (broker.status !== 0) throw new Error(broker.text);
    facts = root.boot(LIFE.replaceAll('OLD.deb', inside(deb)).replaceAll('NEW.deb', inside(newer)));
  }, 180_000);

  test('nothing runs before it is configured; a start without a site file ends and does not loop', () => {
    expect(said('fresh')).toBe('inactive\ndisabled');
    expect(said('unconfigured')).toBe('0\n78\nfailed');
    expect(said('unconfigured-says')).toContain('/etc/zankyo/site.yaml: there is no such file');
  });

  test('init, and systemctl enable --now: it listens', () => {
    expect(code('init')).toBe(0);
    expect(code('enable')).toBe(0);
    expect(said('enabled')).toBe('active\nenabled');
    expect(said('status')).toMatch(/service +running/);
    expect(said('series')).toContain('temperature');
  });

  test('an upgrade restarts it, and what it has learned stays', () => {
    expect(code('upgrade')).toBe(0);
    expect(said('version')).toBe('99.0.0');
    expect(said('after-upgrade')).toBe('active\nrestarted');
    expect(said('series-after')).toContain('temperature');
    expect(said('restored')).toMatch(/restored/);
  });

  test('a downgrade does not touch a database of a newer version: the service names it, and ends', () => {
    expect(code('downgrade')).toBe(0);
    expect(said('refused')).toBe('1');
    expect(said('refused-says')).toMatch(
      /zankyo\.db was written by a newer zankyo \(table version 9999; this version supports \d+\)/,
    );
    expect(said('untouched')).toBe('9999');
  });

  test('remove keeps configuration and state, purge deletes them', () => {
    expect(code('remove')).toBe(0);
    expect(said('kept').split('\n')).toEqual([
      '/etc/zankyo/site.yaml',
      '/etc/zankyo/site.yaml.example',
      '/var/lib/private/zankyo/zankyo.db',
    ]);
    expect(said('removed')).toBe('');
    expect(code('purge')).toBe(0);
    expect(said('gone')).toBe('');
  });
});

// Those that a process or a thread begins with are left out: they begin when they are imported.
const IMPORT_ALL = `
import { readdirSync } from 'node:fs';
const dist = '/usr/lib/zankyo/dist/';
const modules = readdirSync(dist, { recursive: true }).filter((file) => /^(?!public|cli.main|app.workers.thread|io.nats.lease-thread)\\S+\\.js$/.test(file));
const failed = [];
for (const module of modules) await import(dist + module).catch((error) => failed.push(module + ': ' + error.message));
console.log([...failed, modules.length + ' modules, ' + failed.length + ' failed'].join('\\n'));
process.exit();
`;

/** What an operator types, from the installed package to its end. Facts are read by the tests above. */
const LIFE = `
state() { systemctl show zankyo "$@" --value; }
publish() { for i in $(seq 40); do mosquitto_pub -h 127.0.0.1 -t sensors/temperature -m "2$((i % 10)).5" -q 1; done; }
user_version() { node -p "new (require('/usr/lib/zankyo/node_modules/better-sqlite3'))('/var/lib/zankyo/zankyo.db').pragma('user_version$1', { simple: true })"; }
until_running() { for i in $(seq 100); do curl_ok && return; sleep 0.2; done; }
curl_ok() { node -e "fetch('http://127.0.0.1:8787/readyz').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"; }

systemctl start mosquitto
fact fresh state -p ActiveState -p UnitFileState
systemctl start zankyo
for i in $(seq 50); do systemctl is-failed -q zankyo && break; sleep 0.2; done
fact unconfigured state -p ActiveState -p ExecMainStatus -p NRestarts
fact unconfigured-says journalctl -u zankyo --no-pager -o cat
systemctl reset-failed zankyo

fact init zankyo init 127.0.0.1 --no-discover -y -o /etc/zankyo/site.yaml
fact enable systemctl enable --now zankyo
until_running
publish
fact enabled state -p ActiveState -p UnitFileState
fact status zankyo status -c /etc/zankyo/site.yaml
fact series zankyo series -c /etc/zankyo/site.yaml

before=$(state -p MainPID)
fact upgrade apt-get -q install -y NEW.deb
until_running
fact version zankyo --version
fact after-upgrade bash -c "systemctl show zankyo -p ActiveState --value; [ $before != $(state -p MainPID) ] && echo restarted"
fact series-after zankyo series -c /etc/zankyo/site.yaml
fact restored journalctl -u zankyo --no-pager -o cat

systemctl stop zankyo
user_version ' = 9999'
fact downgrade apt-get -q install -y --allow-downgrades OLD.deb
systemctl start zankyo
for i in $(seq 50); do [ "$(state -p ExecMainStatus)" = 1 ] && break; sleep 0.2; done
fact refused state -p ExecMainStatus
fact refused-says journalctl -u zankyo --no-pager -o cat
systemctl stop zankyo
fact untouched user_version

fact remove apt-get -q remove -y zankyo
fact kept find /etc/zankyo /var/lib/private/zankyo -type f -not -name '*.ballast' -not -name '*.lock' -not -name '*-wal' -not -name '*-shm' -not -name '*.tokens'
fact removed find /usr /lib/systemd -name '*zankyo*' -not -path '/usr/share/doc/*'
fact purge apt-get -q purge -y zankyo
fact gone find /etc /usr /var -xdev -name '*zankyo*' -not -path '/var/log/*' -not -path '/var/cache/*'
`;
