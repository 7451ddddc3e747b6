import { connectAsync, type MqttClient } from 'mqtt';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freePort, startMosquitto, type Mosquitto } from '../integration/programs/mosquitto.ts';
import { eventually } from '../integration/programs/program.ts';
import { bootWithUnits, type JournalRecord, type Machine } from './machine.ts';

/*
 * The units of deploy/ in a systemd that has booted. Each test has a site of its own; most of them are instances of the template, which
 * differs from zankyo.service in its names only (unit-files.test.ts).
 */

const cleanUps: (() => unknown)[] = [];
let machine: Machine;
let broker: Mosquitto;
let client: MqttClient;

beforeAll(async () => {
  ({ machine, broker } = await bootWithUnits(cleanUps, { anonymous: true }));
  machine.write('/opt/hang/hang.mjs', HANG);
  await machine.systemctl('daemon-reload');
  client = await connectAsync(broker.url);
  cleanUps.push(() => client.endAsync(true));
  client.on('message', (topic, payload) => {
    const [, name] = topic.split('/');
    warmups.set(name, (JSON.parse(payload.toString()) as { readonly warmup: number }).warmup);
  });
  await client.subscribeAsync('zankyo/+/series/hall/state');
});

afterAll(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

/**
 * Loaded into the process of the service by NODE_OPTIONS. SIGUSR2 makes it hang: `busy` in a loop; `clock`: the timer of the pipeline
 * does nothing more, `commit`: that of the transactions; all others go on.
 */
const HANG = `
const hang = { active: false };
process.on('SIGUSR2', () => {
  hang.active = true;
  if (process.env.HANG === 'busy') for (;;);
});
const { setInterval: every, setTimeout: after } = globalThis;
const unless = (kind, ms, work) => (...args) => {
  if (!(hang.active && process.env.HANG === kind && ms === Number(process.env.HANG_MS))) work(...args);
};
globalThis.setInterval = (work, ms, ...args) => every(unless('clock', ms, work), ms, ...args);
globalThis.setTimeout = (work, ms, ...args) => after(unless('commit', ms, work), ms, ...args);
process.emitWarning('loaded by a test');
`;

const siteFile = (site: string, url = broker.url, more = ''): string => `site: ${site}
mqtt: { url: '${url}' }
inputs:
  - { topic: '${site}/+', name: '{1}', path: v, time: at }
publish: { state_every: 1s }
${more}tuning: { hidden_size: 4 }
`;

const unitOf = (site: string): string => `zankyo@${site}.service`;

/** A site with its file, and lines of [Service] that this test needs. */
async function site(name: string, { text = siteFile(name), service = '' } = {}): Promise<string> {
  machine.write(`/etc/zankyo/${name}.yaml`, text);
  if (service !== '') {
    machine.write(`/etc/systemd/system/${unitOf(name)}.d/test.conf`, `[Service]\n${service}\n`);
    await machine.systemctl('daemon-reload');
  }
  return unitOf(name);
}

let minute = 0;
const reading = (name: string, qos: 0 | 1 = 1): Promise<unknown> => {
  const at = new Date(Date.UTC(2026, 0, 5) + 60_000 * minute++).toISOString();
  return client.publishAsync(`${name}/hall`, JSON.stringify({ v: 20 + (minute % 5), at }), { qos });
};
/** Readings of the series `hall` of a site, a minute apart. The last one comes later than `state_every`: its state is published. */
const readings = async (name: string, count: number): Promise<void> => {
  await Promise.all(Array.from({ length: count - 1 }, () => reading(name)));
  await sleep(1_100);
  await reading(name);
};
/** By site: the progress of the warm-up in the newest state; 400 readings are 1. */
const warmups = new Map<string, number>();
const warmupIs = (name: string, wanted: number): Promise<void> =>
  eventually(
    () => warmups.get(name) === wanted,
    () => `${name}: the warm-up is ${warmups.get(name)}, not ${wanted}`,
  );

const becomes = (unit: string, wanted: Readonly<Record<string, string>>, ms = 20_000): Promise<void> => {
  let seen: Readonly<Record<string, string>> = {};
  const until = Date.now() + ms;
  const met = async (): Promise<boolean> => {
    seen = await machine.show(unit);
    return Object.entries(wanted).every(([key, value]) => (seen[key] ?? '').includes(value));
  };
  const wait = async (): Promise<void> => {
    while (!(await met())) {
      if (Date.now() > until)
        throw new Error(`${unit}: ${JSON.stringify(Object.keys(wanted).map((key) => [key, seen[key]]))}`);
      await sleep(200);
    }
  };
  return wait();
};

const found = (records: readonly JournalRecord[], text: string): JournalRecord => {
  const record = records.find(({ MESSAGE }) => MESSAGE.includes(text));
  if (record === undefined) throw new Error(`no "${text}" in\n${records.map(({ MESSAGE }) => MESSAGE).join('\n')}`);
  return record;
};

test('it is ready when the broker has confirmed the subscriptions, and not before', async () => {
  const port = await freePort();
  const unit = await site('late', { text: siteFile('late', `mqtt://127.0.0.1:${port}`) });
  await machine.systemctl('start', '--no-block', unit);
  await becomes(unit, { ActiveState: 'activating', StatusText: 'Waiting for the broker: no streams yet' });
  const late = await startMosquitto({ port });
  try {
    await becomes(unit, { ActiveState: 'active', StatusText: 'Listening: no streams yet, no open alarm' });
    const { ActiveEnterTimestampMonotonic } = await machine.show(unit);
    const listening = found(await machine.journal(unit), 'listening');
    expect(Number(ActiveEnterTimestampMonotonic)).toBeGreaterThanOrEqual(Number(listening.__MONOTONIC_TIMESTAMP));
    // At the first moment that systemd allows: the handlers are there.
    expect(await machine.systemctl('restart', unit)).toMatchObject({ status: 0 });
    expect(await machine.systemctl('reload', unit)).toMatchObject({ status: 0 });
    expect(await machine.show(unit)).toMatchObject({ ActiveState: 'active', SubState: 'running', NRestarts: '0' });
    // It waits for this broker for 2 s, time enough to see its status.
    late.freeze();
    await machine.systemctl('stop', '--no-block', unit);
    await becomes(unit, { ActiveState: 'deactivating', StatusText: 'Stopping (SIGTERM): saving what was learned' });
    await becomes(unit, { ActiveState: 'inactive', Result: 'success' });
  } finally {
    await late.kill();
    await late.stop();
  }
});

test('without a broker it is ready after 10 s, its status has the reason, and a start may take longer than TimeoutStartSec=', async () => {
  const text = siteFile('alone', `mqtt://127.0.0.1:${await freePort()}`);
  const unit = await site('alone', { text, service: 'TimeoutStartSec=8' });
  expect(await machine.systemctl('start', unit)).toMatchObject({ status: 0 });
  const { StatusText, ExecMainStartTimestampMonotonic, ActiveEnterTimestampMonotonic } = await machine.show(unit);
  expect(StatusText).toMatch(
    /^Waiting for the broker: no streams yet, no open alarm\. mqtt:\S+ refuses the connection/,
  );
  expect(Number(ActiveEnterTimestampMonotonic) - Number(ExecMainStartTimestampMonotonic)).toBeGreaterThan(10e6);
  await machine.systemctl('stop', unit);
});

test('a wrong site file: systemctl start fails, and the service is not started again', async () => {
  const unit = await site('wrong', { text: siteFile('wrong').replace('hidden_size: 4', 'hidden_size: many') });
  const { status, stderr } = await machine.systemctl('start', unit);
  expect(status).toBe(1);
  expect(stderr).toContain(`Job for ${unit} failed`);
  const after = { ActiveState: 'failed', SubState: 'failed', ExecMainStatus: '78', NRestarts: '0' };
  expect(await machine.show(unit)).toMatchObject(after);
  expect(found(await machine.journal(unit), 'tuning.hidden_size')).toMatchObject({ PRIORITY: '3' });
});

test('a database that cannot be used: systemctl start fails, and the service is started again', async () => {
  const unit = await site('nowhere', { text: siteFile('nowhere', broker.url, 'database: /usr/nowhere/zankyo.db\n') });
  expect(await machine.systemctl('start', unit)).toMatchObject({ status: 1 });
  await becomes(unit, { ActiveState: 'activating', NRestarts: '1', ExecMainStatus: '1' });
  expect(found(await machine.journal(unit), '/usr/nowhere')).toMatchObject({ PRIORITY: '3' });
  await machine.systemctl('stop', unit);
});

test('zankyo.service: status, reload, a wrong reload, stop, reboot', async () => {
  const unit = 'zankyo.service';
  machine.write('/etc/zankyo/site.yaml', siteFile('home'));
  expect(await machine.systemctl('start', unit)).toMatchObject({ status: 0 });
  const { MainPID } = await machine.show(unit);
  await readings('home', 40);
  await becomes(unit, { StatusText: 'Listening: 1 stream (1 in warm-up), no open alarm' });

  machine.write('/etc/zankyo/site.yaml', siteFile('home').replace('size: 4', 'size: 4, sensitivity: 2'));
  expect(await machine.systemctl('reload', unit)).toMatchObject({ status: 0 });
  found(await machine.journal(unit), 'changed=["tuning.sensitivity"]');
  machine.write('/etc/zankyo/site.yaml', siteFile('home').replace('size: 4', 'size: 4, sensitivity: 99'));
  expect(await machine.systemctl('reload', unit)).toMatchObject({ status: 1 });
  await becomes(unit, { StatusText: 'Site file not reloaded: /etc/zankyo/site.yaml:6:40: tuning.sensitivity' });
  expect(await machine.show(unit)).toMatchObject({ ActiveState: 'active', MainPID, NRestarts: '0' });
  machine.write('/etc/zankyo/site.yaml', siteFile('home'));
  expect(await machine.systemctl('reload', unit)).toMatchObject({ status: 0 });
  expect((await machine.show(unit))['StatusText']).toBe('Listening: 1 stream (1 in warm-up), no open alarm');

  expect(await machine.systemctl('stop', unit)).toMatchObject({ status: 0 });
  const ended = { ActiveState: 'inactive', Result: 'success', ExecMainStatus: '0' };
  expect(await machine.show(unit)).toMatchObject(ended);
  const records = await machine.journal(unit);
  const own = records.filter(({ SYSLOG_IDENTIFIER }) => SYSLOG_IDENTIFIER !== 'systemd');
  expect(new Set(own.map(({ SYSLOG_IDENTIFIER }) => SYSLOG_IDENTIFIER))).toEqual(new Set(['zankyo']));
  expect(own.filter(({ MESSAGE }) => /^<\d>/.test(MESSAGE))).toEqual([]);
  expect(found(records, 'started')).toMatchObject({ PRIORITY: '6' });
  expect(found(records, 'was not reloaded')).toMatchObject({ PRIORITY: '3' });

  await machine.systemctl('add-wants', 'appliance.target', unit);
  await machine.reboot();
  await becomes(unit, { ActiveState: 'active', NRestarts: '0', StatusText: 'Listening: 1 stream (1 in warm-up)' });
  await readings('home', 40);
  await warmupIs('home', 0.2);
});

test('two sites on one machine: each has its own state, user, password and name in the journal', async () => {
  const north = siteFile('north').replace("' }", "', username: pi }");
  const south = siteFile('south').replace("' }", "', username: pi }");
  const units = [await site('north', { text: north }), await site('south', { text: south })];
  machine.write('/etc/credstore/zankyo.north.mqtt-password', 'sesame', 0o600);
  machine.write('/root/plain', 'sesame', 0o600);
  const sealed = 'zankyo.south.mqtt-password';
  await machine.run('mkdir', '-p', '/etc/credstore.encrypted');
  expect(
    await machine.run(
      'systemd-creds',
      'encrypt',
      '--name=mqtt-password',
      '/root/plain',
      `/etc/credstore.encrypted/${sealed}`,
    ),
  ).toMatchObject({ status: 0 });
  expect(await machine.systemctl('start', ...units)).toMatchObject({ status: 0 });
  for (const unit of units) await becomes(unit, { ActiveState: 'active', StatusText: 'Listening' });
  // The check of the file before a reload finds the password as well.
  expect(await machine.systemctl('reload', ...units)).toMatchObject({ status: 0 });
  await Promise.all([readings('north', 40), readings('south', 20)]);
  await Promise.all([warmupIs('north', 0.1), warmupIs('south', 0.05)]);
  const users = await Promise.all(units.map(async (unit) => Number((await machine.show(unit))['UID'])));
  expect(new Set(users).size).toBe(2);
  // DynamicUser= takes them from this range.
  for (const user of users) expect([61184 <= user, user <= 65519]).toEqual([true, true]);
  const { stdout } = await machine.run('ls', '/var/lib/zankyo-sites/north/', '/var/lib/zankyo-sites/south/');
  expect(stdout.match(/^zankyo\.db$/gm)).toHaveLength(2);
  found(
    (await machine.journal(units[0])).filter(({ SYSLOG_IDENTIFIER }) => SYSLOG_IDENTIFIER === 'zankyo@north'),
    'listening',
  );
  await machine.systemctl('stop', ...units);
});

/** How each site hangs; what the process does by itself is HANG. The watchdog looks every 6 s, no other timer of the service does. */
const HANGS = {
  stopped: { signal: 'SIGSTOP', ms: 0 },
  busy: { signal: 'SIGUSR2', ms: 0 },
  clock: { signal: 'SIGUSR2', ms: 5_000 },
  commit: { signal: 'SIGUSR2', ms: 7_000 },
} as const;
const hangs = Object.entries(HANGS);

test('a service that is stopped, loops, has no clock, or commits no more is killed by the watchdog; nothing that was committed is lost', async () => {
  const units = await Promise.all(
    hangs.map(([name, { ms }]) =>
      site(name, {
        text: siteFile(name, broker.url, name === 'commit' ? 'commit: { every: 7s }\n' : ''),
        service: `WatchdogSec=24\nEnvironment=HANG=${name} HANG_MS=${ms} NODE_OPTIONS=--import=/opt/hang/hang.mjs`,
      }),
    ),
  );
  expect(await machine.systemctl('start', ...units)).toMatchObject({ status: 0 });
  await Promise.all(hangs.map(([name]) => readings(name, 40)));
  await Promise.all(hangs.map(([name]) => warmupIs(name, 0.1)));
  // Longer than the watchdog: a service that works is left alone.
  await sleep(26_000);
  for (const unit of units) expect(await machine.show(unit)).toMatchObject({ NRestarts: '0' });
  for (const [name, { signal }] of hangs)
    await machine.systemctl('kill', '--kill-whom=main', `--signal=${signal}`, unitOf(name));
  // It would be acknowledged after the commit, and holds no other message back.
  await reading('commit', 0);
  for (const unit of units) {
    await becomes(unit, { NRestarts: '1', ActiveState: 'active', StatusText: 'Listening' }, 90_000);
    found(await machine.journal(unit), 'Watchdog timeout');
  }
  await Promise.all(hangs.map(([name]) => readings(name, 40)));
  await Promise.all(hangs.map(([name]) => warmupIs(name, 0.2)));
  // Not of the service's log, and without a priority of its own.
  expect(found(await machine.journal(units[0]), 'loaded by a test')).toMatchObject({ PRIORITY: '3' });
  await machine.systemctl('stop', ...units);
});

test('the hub is ready when the broker has confirmed its subscription, and killed when it loops', async () => {
  const unit = 'zankyo-hub.service';
  machine.write('/etc/zankyo/hub.yaml', `mqtt: { url: '${broker.url}', prefix: hub-test }\n`);
  machine.write(
    `/etc/systemd/system/${unit}.d/test.conf`,
    '[Service]\nWatchdogSec=24\nEnvironment=NODE_OPTIONS=--import=/opt/hang/hang.mjs HANG=busy\n',
  );
  await machine.systemctl('daemon-reload');
  expect(await machine.systemctl('start', unit)).toMatchObject({ status: 0 });
  expect(await machine.show(unit)).toMatchObject({
    ActiveState: 'active',
    StatusText: 'Listening: 0 sites',
    NRestarts: '0',
  });
  await client.publishAsync('hub-test/north/status', 'online', { qos: 1 });
  await becomes(unit, { StatusText: 'Listening: 1 site' });
  await machine.systemctl('kill', '--kill-whom=main', '--signal=SIGUSR2', unit);
  await becomes(unit, { NRestarts: '1', ActiveState: 'active' }, 40_000);
  expect(await machine.systemctl('stop', unit)).toMatchObject({ status: 0 });
}, 90_000);
