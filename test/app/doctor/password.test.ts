import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { assumedBy } from '../../../src/app/doctor/installed.ts';
import type { InstalledUnit } from '../../../src/app/doctor/installed-unit.ts';
import { asOther, found, installed, passwordsOf, YAML } from './installed-service.ts';

describe('without a unit that systemd has, doctor looks in the usual places of the password', () => {
  test('has the password that systemd would load, and says so where this user may not read it', async () => {
    const { service, config } = installed();
    const file = join(service.config, 'mqtt-password');
    writeFileSync(file, 'secret\n', { mode: 0o600 });
    expect(passwordsOf(service, config)).toMatchObject([{ state: 'ok', text: `From ${file}.` }]);
    expect(await asOther(file, () => passwordsOf(service, config))).toMatchObject([
      { state: 'warning', text: `${file} was not read: this user may not; run doctor with sudo.` },
    ]);
  });

  test('has the password that systemd would take from its store, for a site of its own too, and leaves no copy', () => {
    const { root, service, config } = installed();
    const store = join(root, 'etc/credstore');
    mkdirSync(store, { recursive: true });
    writeFileSync(join(store, 'zankyo.pumps.mqtt-password'), 'secret\n', { mode: 0o600 });
    expect(passwordsOf(service, config)).toMatchObject([{ data: { source: null } }]);
    const file = join(store, 'zankyo.mqtt-password');
    writeFileSync(file, 'secret\n', { mode: 0o600 });
    expect(passwordsOf(service, config)).toMatchObject([{ state: 'ok', text: `From ${file}.` }]);
    // The file that LoadCredential= names goes before the store.
    const own = join(service.config, 'mqtt-password');
    writeFileSync(own, 'secret\n', { mode: 0o600 });
    expect(passwordsOf(service, config)).toMatchObject([{ text: `From ${own}.` }]);
    const pumps = join(service.config, 'pumps.yaml');
    writeFileSync(pumps, YAML);
    mkdirSync(join(service.sites, 'pumps'), { recursive: true });
    expect(passwordsOf(service, pumps)).toMatchObject([{ text: `From ${join(store, 'zankyo.pumps.mqtt-password')}.` }]);
    const { env, credentials } = assumedBy(pumps, service, {})!;
    expect(existsSync(env['CREDENTIALS_DIRECTORY']!)).toBe(true);
    credentials.remove();
    expect(existsSync(env['CREDENTIALS_DIRECTORY']!)).toBe(false);
  });

  test('says which encrypted password could not be read', () => {
    const { root, service, config } = installed();
    const store = join(root, 'etc/credstore.encrypted');
    mkdirSync(store, { recursive: true });
    const file = join(store, 'zankyo.mqtt-password');
    writeFileSync(file, 'not encrypted');
    expect(passwordsOf(service, config)).toMatchObject([
      { state: 'warning', text: expect.stringContaining(`${file} was not read: `) as string },
    ]);
  });
});

describe('with an installed unit, the password is the one that its lines name', () => {
  const deployed = (name: string): string =>
    readFileSync(resolve(import.meta.dirname, '../../../deploy', `${name}.service`), 'utf8');
  const unit = (lines = '', systemdVersion = 257): InstalledUnit => {
    return { name: 'zankyo', text: `${deployed('zankyo')}\n[Service]\n${lines}\n`, systemdVersion };
  };
  /** A password in a file below `root`, of which only its owner may read it. */
  const secret = (root: string, path: string): string => {
    const file = join(root, path);
    mkdirSync(join(file, '..'), { recursive: true });
    writeFileSync(file, 'secret\n', { mode: 0o600 });
    return file;
  };
  const remedy = (line: string, name = 'zankyo'): string =>
    `because no line of the unit ${name} names it: run sudo systemctl edit ${name}, add the two lines [Service] and ${line}, then run sudo systemctl restart ${name}.`;

  test('a file that the unit does not load is a warning with the lines that load it; with them it is in order', () => {
    const { root, service, config } = installed([unit()]);
    const file = secret(root, 'etc/zankyo/mqtt-password');
    const line = `LoadCredential=mqtt-password:${file}`;
    const text = `${file} is not given to the service, ${remedy(line)}`;
    expect(passwordsOf(service, config)).toMatchObject([{ state: 'warning', text }]);
    const edited = { ...service, readUnit: () => unit(line) };
    expect(passwordsOf(edited, config)).toMatchObject([{ state: 'ok', text: `From ${file}.` }]);
    // An empty value takes the lines before it away.
    const reset = { ...service, readUnit: () => unit(`${line}\nLoadCredential=`) };
    expect(passwordsOf(reset, config)).toMatchObject([{ state: 'warning', text }]);
  });

  test('a file elsewhere that the unit loads is used, and one that is not there stops the service', () => {
    const { root, service, config } = installed([unit('LoadCredential=mqtt-password:/etc/private/broker')]);
    const file = join(root, 'etc/private/broker');
    expect(passwordsOf(service, config)).toMatchObject([
      { state: 'warning', text: `${file} does not exist, and the service does not start without it.` },
    ]);
    secret(root, 'etc/private/broker');
    expect(passwordsOf(service, config)).toMatchObject([{ state: 'ok', text: `From ${file}.` }]);
  });

  test('the store of systemd is read by the lines of the unit, which systemd 256 and older ignore', () => {
    const { root, service, config } = installed([unit()]);
    const file = secret(root, 'etc/credstore/zankyo.mqtt-password');
    expect(passwordsOf(service, config)).toMatchObject([{ state: 'ok', text: `From ${file}.` }]);
    const line = `LoadCredential=mqtt-password:${file}`;
    const older = { ...service, readUnit: () => unit('', 252) };
    expect(passwordsOf(older, config)).toMatchObject([
      { state: 'warning', text: `${file} is not given to the service, ${remedy(line)}` },
    ]);
    const mended = { ...service, readUnit: () => unit(line, 252) };
    expect(passwordsOf(mended, config)).toMatchObject([{ state: 'ok', text: `From ${file}.` }]);
    // A name without a slash is looked for in the stores.
    const named = { ...service, readUnit: () => unit('LoadCredential=mqtt-password:zankyo.mqtt-password', 252) };
    expect(passwordsOf(named, config)).toMatchObject([{ state: 'ok', text: `From ${file}.` }]);
  });

  test('one of several sites has the unit of its name', () => {
    const text = `${deployed('zankyo@')}\n[Service]\nLoadCredential=notify-phone:/etc/zankyo/%i/notify-phone\n`;
    const { root, service } = installed([{ name: 'zankyo@pumps', text, systemdVersion: 257 }]);
    const config = join(service.config, 'pumps.yaml');
    writeFileSync(config, YAML);
    mkdirSync(join(service.sites, 'pumps'), { recursive: true });
    const [password] = ['mqtt-password', 'notify-phone'].map((name) => secret(root, `etc/zankyo/pumps/${name}`));
    const line = `LoadCredential=mqtt-password:${password}`;
    expect(passwordsOf(service, config)).toMatchObject([
      { state: 'warning', text: `${password} is not given to the service, ${remedy(line, 'zankyo@pumps')}` },
    ]);
  });

  test('a token that the unit does not load is named, also where the site file is refused without it', async () => {
    const { root, service, config } = installed([unit()]);
    const file = secret(root, 'etc/zankyo/notify-phone');
    const line = `LoadCredential=notify-phone:${file}`;
    const warning = { state: 'warning', text: `${file} is not given to the service, ${remedy(line)}` };
    expect(passwordsOf(service, config)).toMatchObject([{ state: 'ok' }, warning]);
    writeFileSync(config, `${YAML}notify: { phone: { type: gotify, url: 'https://push.example' } }\n`);
    expect(await found('password', service, config)).toMatchObject([warning]);
  });

  test.each([
    ['mqtt.password_file', 'password_file: pw', 'pw', 'hidden\n'],
    ['mqtt.password', 'password: !secret mqtt', 'secrets.yaml', 'mqtt: hidden\n'],
  ])(
    '%s from a file of root, which the user of the service cannot read, is a warning',
    (option, yaml, name, content) => {
      const { service, config } = installed([unit()]);
      writeFileSync(config, YAML.replace(' }\n', `, username: u, ${yaml} }\n`));
      const file = join(service.config, name);
      writeFileSync(file, content, { mode: 0o600 });
      expect(passwordsOf(service, config)).toMatchObject([
        {
          state: 'warning',
          text: `${file} can be read by its owner only, and the service has a user of its own: it would end with 78. Remove ${option} from the site file, and write the password alone to ${service.stores[0]}/zankyo.mqtt-password, mode 0600.`,
        },
      ]);
      const own = { ...service, readUnit: () => unit('DynamicUser=no\nUser=root') };
      expect(passwordsOf(own, config)).toMatchObject([{ state: 'ok' }]);
      expect(passwordsOf({ ...service, readUnit: () => null }, config)).toMatchObject([{ state: 'ok' }]);
    },
  );

  test('a site file that the user of the service cannot read is a warning', async () => {
    const { service, config } = installed([unit()]);
    expect(await found('file', service, config)).toMatchObject([{ state: 'ok' }]);
    chmodSync(config, 0o600);
    expect(await found('file', service, config)).toMatchObject([
      { state: 'ok' },
      {
        state: 'warning',
        text: expect.stringMatching(/ends? with 78\. Run sudo chmod a\+rX .*site\.yaml\.$/) as string,
      },
    ]);
  });

  test('a store that this user may not enter may have the password of a user of the broker', async () => {
    const { root, service, config } = installed([unit()]);
    secret(root, 'etc/credstore/zankyo.mqtt-password');
    const store = join(root, 'etc/credstore');
    chmodSync(store, 0o700);
    writeFileSync(config, YAML.replace(' }\n', ', username: u }\n'));
    expect(await asOther(store, () => passwordsOf(service, config))).toMatchObject([
      { state: 'warning', text: `${store} may have it and was not read: this user may not; run doctor with sudo.` },
    ]);
    writeFileSync(config, YAML);
    expect(await asOther(store, () => passwordsOf(service, config))).toMatchObject([{ state: 'ok' }]);
  });
});
