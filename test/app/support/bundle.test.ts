import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { packed, supportBundle, type BundleOptions } from '../../../src/app/support/bundle.ts';
import { formOf, withoutNames } from '../../../src/app/support/redact.ts';
import { loadSite } from '../../../src/config/load.ts';
import { AnomalyLog } from '../../../src/io/sqlite/tables/anomaly-log.ts';
import { openDatabase } from '../../../src/io/sqlite/database.ts';
import { tableFigures } from '../../../src/io/sqlite/tables/table-figures.ts';
import { opened } from '../dashboard/database.ts';
import { directoryWith } from '../../config/site.ts';

/** Every secret that a site file can have, and every text that names a person. */
const SECRETS = {
  mqttUser: 'ada-at-broker',
  mqttPassword: 'pass "quoted" \\ word',
  envToken: 'tok-from-environment',
  fileToken: 'tok-from-a-file',
  webhookPath: 'hook/8d1f-secret-path',
  header: 'Bearer header-secret',
  slackPath: 'T000/B000/slacksecret',
  ntfyTopic: 'ntfysecrettopic1234',
  replies: 'replysecrettopic5678',
  smtpUser: 'grace@mail.example.org',
  smtpPassword: 'smtp-secret-pass',
  from: 'zankyo@private.example.org',
  to: 'linus@private.example.org',
  chat: '-1001234567890',
  room: '!secretroom:example.org',
} as const;

const YAML = `site: home
database: zankyo.db
mqtt: { url: 'mqtt://127.0.0.1:1', username: ${SECRETS.mqttUser}, password: !secret broker, connect_timeout: 1s }
inputs:
  - { topic: house/cellar/climate, path: temperature, name: cellar, label: Wine cellar }
notify:
  hook:
    type: webhook
    url: https://example.org/${SECRETS.webhookPath}
    headers: { Authorization: '${SECRETS.header}' }
    body: '{"key":"body-key-4711"}'
  slack: { type: slack, url: 'https://hooks.slack.com/services/${SECRETS.slackPath}' }
  phone: { type: ntfy, url: 'https://ntfy.sh/${SECRETS.ntfyTopic}', token: !env NTFY_TOKEN, replies: ${SECRETS.replies} }
  mail: { type: smtp, url: 'smtps://mail.example.org', username: ${SECRETS.smtpUser}, password: ${SECRETS.smtpPassword}, from: ${SECRETS.from}, to: [${SECRETS.to}] }
  chat: { type: telegram, url: 'https://api.telegram.org', token_file: telegram, chat: '${SECRETS.chat}' }
  matrix: { type: matrix, url: 'https://matrix.example.org', token: ${SECRETS.envToken}, room: '${SECRETS.room}' }
`;

/** A bundle of this site, whose log and quarantine repeat every secret. */
const bundleOf = async (rest: Partial<BundleOptions> = {}) => {
  const directory = directoryWith({
    'site.yaml': YAML,
    'secrets.yaml': `broker: ${JSON.stringify(SECRETS.mqttPassword)}\n`,
    telegram: SECRETS.fileToken,
  });
  const config = join(directory, 'site.yaml');
  const env = { STATE_DIRECTORY: directory, NTFY_TOKEN: SECRETS.envToken };
  const { site } = loadSite(config, env);
  const db = openDatabase(site.database);
  const log = new AnomalyLog(db, { quarantineRows: 10 });
  log.quarantine([
    { at: 0, topic: 'house/cellar/climate', reason: 'not_json', payload: Buffer.from('{"pin":4711,"x":Käse}') },
  ]);
  db.close();
  const bundle = await supportBundle(site, {
    version: '1.2.3',
    config,
    hashNames: false,
    now: Date.UTC(2026, 0, 5),
    log: () =>
      Promise.resolve(Object.values(SECRETS).map((secret) => `it failed: ${secret}; ${encodeURIComponent(secret)}`)),
    ...rest,
  });
  return { bundle, parsed: JSON.parse(bundle.text) as Record<string, unknown> };
};

test('no secret of a full site file is in it, nor the name of a person, wherever it stood', async () => {
  const { bundle } = await bundleOf();
  for (const [name, secret] of Object.entries(SECRETS))
    for (const form of [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)])
      expect([name, bundle.text.includes(form)]).toEqual([name, false]);
  expect(bundle.text).not.toContain('body-key-4711'); // of the site file; what a server repeats of it is not known
  expect(bundle.text.match(/\*\*\*/g)!.length).toBeGreaterThan(20);
});

test('it has what a developer needs: versions, the options in force, findings, tables, states, forms of rejected messages', async () => {
  const { bundle, parsed } = await bundleOf();
  expect(bundle.parts.map(({ name }) => name)).toEqual(Object.keys(parsed));
  expect(parsed).toMatchObject({
    about: { zankyo: '1.2.3', at: '2026-01-05T00:00:00.000Z', node: process.versions.node },
    site: {
      mqtt: { url: 'mqtt://127.0.0.1:1', username: '***', password: '***', keepalive: 15_000 },
      notify: { hook: { url: 'https://***', headers: '***', body: '***', method: 'POST' }, mail: { to: '***' } },
      tuning: { hiddenSize: 16 },
    },
    quarantine: { counts: [{ reason: 'not_json', rows: 1 }], samples: [{ form: '{"xxx":0000,"x":xxxx}' }] },
  });
  expect(JSON.stringify(parsed['database'])).toContain('{"name":"quarantine","rows":1}');
  expect(JSON.stringify(parsed['doctor'])).toContain('zankyo 1.2.3 on Node');
  expect(gunzipSync(packed(bundle)).toString()).toBe(bundle.text);
});

test('every table is counted', () => {
  const db = opened();
  const names = db
    .prepare<[], string>("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
    .pluck()
    .all();
  expect(tableFigures(db).tables.map(({ name }) => name)).toEqual(names);
});

test('with hashed names none that a person has chosen is in it, and equal names stay equal', async () => {
  const { bundle, parsed } = await bundleOf({ hashNames: true });
  for (const name of ['cellar', 'Wine', 'house', 'climate'])
    expect([name, bundle.text.includes(name)]).toEqual([name, false]);
  const { inputs } = parsed['site'] as { inputs: { topic: string }[] };
  const { samples } = parsed['quarantine'] as { samples: { topic: string }[] };
  expect(samples[0].topic).toBe(inputs[0].topic);
});

test('hashes are of whole words, and others in another bundle', () => {
  const hashed = (text: string): string => withoutNames(text, ['a/hall', 'hall-temp']);
  expect(hashed('a/hall hallway "hall-temp"')).toMatch(/^a\/n-[\da-f]{8} hallway "n-[\da-f]{8}"$/);
  expect(hashed('hall')).not.toBe(hashed('hall'));
  expect(formOf(Buffer.from('Ä1b: "2"'), 100)).toBe('x0x: "0"');
});

test('without a database it says why', async () => {
  const site = loadSite(
    join(
      directoryWith({
        'site.yaml': "site: a\nmqtt: { url: 'mqtt://127.0.0.1:1' }\ninputs: [{ topic: a }]\ndatabase: /nowhere/a.db\n",
      }),
      'site.yaml',
    ),
    {},
  ).site;
  const { text } = await supportBundle(site, {
    version: '1',
    config: '/nowhere/site.yaml',
    hashNames: false,
    now: 0,
    log: () => Promise.resolve(null),
  });
  expect(JSON.parse(text)).toMatchObject({
    database: expect.stringContaining('directory does not exist') as string,
    log: 'not readable',
  });
});
