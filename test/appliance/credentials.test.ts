import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Mosquitto } from '../integration/programs/mosquitto.ts';
import { bootWithUnits, type Machine } from './machine.ts';

/* A password that systemd-creds has encrypted, in both places: the service gets it from systemd, and doctor decrypts it by itself. */

const cleanUps: (() => unknown)[] = [];
let machine: Machine;
let broker: Mosquitto;

beforeAll(async () => {
  ({ machine, broker } = await bootWithUnits(cleanUps, { anonymous: false }));
  await machine.run('mkdir', '-p', '/etc/credstore.encrypted');
});
afterAll(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

/** A site of the template unit; returns its unit. */
const site = async (name: string, lines = ''): Promise<string> => {
  const text = `site: ${name}\nmqtt: { url: '${broker.url}', username: pi }\ninputs:\n  - { topic: '${name}/+', name: '{1}', path: v }\n`;
  machine.write(`/etc/zankyo/${name}.yaml`, text);
  const unit = `zankyo@${name}.service`;
  if (lines !== '') machine.write(`/etc/systemd/system/${unit}.d/test.conf`, `[Service]\n${lines}\n`);
  await machine.systemctl('daemon-reload');
  return unit;
};
const encrypt = async (password: string, place: string): Promise<void> => {
  machine.write('/root/plain', password, 0o600);
  const { status, stderr } = await machine.run(
    'systemd-creds',
    'encrypt',
    '--name=mqtt-password',
    '/root/plain',
    place,
  );
  expect([status, stderr]).toEqual([0, expect.any(String)]);
};
const ZANKYO = ['/usr/bin/node', '/opt/zankyo/dist/cli/main.js'] as const;
const doctor = async (name: string): Promise<string> => {
  const { stdout, stderr } = await machine.run(...ZANKYO, 'doctor', '-c', `/etc/zankyo/${name}.yaml`);
  return stdout + stderr;
};
const REFUSED = 'does not authorise the user "pi"';
const status = async (unit: string): Promise<string> => (await machine.show(unit))['StatusText'];

test.each([
  ['imported', '/etc/credstore.encrypted/zankyo.imported.mqtt-password', ''],
  [
    'loaded',
    '/etc/zankyo/loaded/mqtt-password.cred',
    'LoadCredentialEncrypted=mqtt-password:/etc/zankyo/loaded/mqtt-password.cred',
  ],
])('%s: the service connects with it, and doctor does; a wrong one is refused to both', async (name, place, lines) => {
  const unit = await site(name, lines);
  await machine.run('mkdir', '-p', `/etc/zankyo/${name}`);
  await encrypt('sesame', place);
  expect((await machine.run('cat', place)).stdout).not.toContain('sesame');
  expect(await machine.systemctl('start', unit)).toMatchObject({ status: 0 });
  expect(await status(unit)).toContain('Listening');
  const report = await doctor(name);
  expect(report).toContain(`From ${place}.`);
  expect(report).not.toContain(REFUSED);

  await encrypt('wrong', place);
  // Ready after 10 s without a broker.
  await machine.systemctl('restart', unit);
  expect(await status(unit)).toContain(REFUSED);
  expect(await doctor(name)).toContain(REFUSED);
  await machine.systemctl('stop', unit);
});

test('doctor warns of a password that the unit does not load, and its remedy gives it to the service', async () => {
  const place = '/etc/zankyo/forgotten/mqtt-password';
  const unit = await site('forgotten');
  machine.write(place, 'sesame\n', 0o600);
  await machine.systemctl('start', unit);
  expect(await status(unit)).toContain(REFUSED);
  const line = `LoadCredential=mqtt-password:${place}`;
  const report = await doctor('forgotten');
  expect(report).toContain(`${place} is not given to the service`);
  expect(report).toContain(
    `add the two lines [Service] and ${line}, then run sudo systemctl restart zankyo@forgotten.`,
  );
  expect(report).toContain(REFUSED);

  await site('forgotten', line);
  await machine.systemctl('restart', unit);
  expect(await status(unit)).toContain('Listening');
  const after = await doctor('forgotten');
  expect(after).toContain(`From ${place}.`);
  expect(after).not.toContain(REFUSED);
  await machine.systemctl('stop', unit);
});

test('init stores a typed password where systemd takes it from; the service and discover connect with it', async () => {
  const answers = `${broker.url}\npi\nsesame\n\n\nn\n`;
  machine.write('/root/answers', answers);
  const file = '/etc/zankyo/asked.yaml';
  const made = await machine.run('sh', '-c', `${ZANKYO.join(' ')} init -o ${file} < /root/answers`);
  expect([made.status, made.stderr]).toEqual([
    0,
    expect.stringContaining('/etc/credstore/zankyo.asked.mqtt-password: has'),
  ]);
  const { stdout: mode } = await machine.run('stat', '--format=%a', '/etc/credstore/zankyo.asked.mqtt-password');
  expect(mode).toBe('600\n');
  expect((await machine.run('cat', file)).stdout).not.toContain('password');
  expect(await machine.systemctl('start', 'zankyo@asked')).toMatchObject({ status: 0 });
  expect(await status('zankyo@asked')).toContain('Listening');
  // Nothing is published there: the connection is what counts.
  const listened = await machine.run(...ZANKYO, 'discover', '-c', file, '--for', '1s');
  expect(listened.stderr).not.toContain(REFUSED);
  await machine.systemctl('stop', 'zankyo@asked');
});

test('one that this machine cannot decrypt: the service does not start, and doctor names the file', async () => {
  const place = '/etc/zankyo/foreign/mqtt-password.cred';
  const unit = await site('foreign', `LoadCredentialEncrypted=mqtt-password:${place}`);
  await machine.run('mkdir', '-p', '/etc/zankyo/foreign');
  await encrypt('sesame', place);
  // The key of another machine.
  await machine.run('rm', '/var/lib/systemd/credential.secret');
  await encrypt('another', '/run/another');
  expect(await machine.systemctl('start', unit)).toMatchObject({ status: 1 });
  expect(await machine.show(unit)).toMatchObject({ ExecMainStatus: '243' });
  expect(await doctor('foreign')).toContain(`${place} was not read: systemd-creds cannot decrypt it on this machine.`);
  await machine.systemctl('stop', unit);
});

test('doctor leaves no decrypted secret', async () => {
  const { stdout } = await machine.run('sh', '-c', 'ls -d /run/zankyo-secrets-* /tmp/zankyo-secrets-* 2>/dev/null');
  expect(stdout).toBe('');
});
