import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AppError } from '../../../src/errors.ts';
import { openPostgres } from '../../../src/io/postgres/sql-database.ts';
import { startPostgres, type Postgres } from '../programs/postgres.ts';
import { directory, runProgram } from '../programs/program.ts';

const cleanUps: (() => unknown)[] = [];
let server: Postgres;
let path: string;

const openssl = (...args: readonly string[]): void => {
  execFileSync('openssl', args, { cwd: path, stdio: 'pipe' });
};
const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
/** An authority: NAME.pem. */
const authority = (name: string): void => {
  openssl(
    'req',
    '-x509',
    ...KEY,
    '-subj',
    `/CN=${name}`,
    '-days',
    '2',
    '-keyout',
    `${name}.key`,
    '-out',
    `${name}.pem`,
  );
};
/** A certificate of an authority for the host 127.0.0.1, as texts. */
const certificate = (by: string) => {
  openssl('req', ...KEY, '-subj', '/CN=db', '-keyout', 'db.key', '-out', 'db.csr');
  writeFileSync(join(path, 'names'), 'subjectAltName=IP:127.0.0.1\nbasicConstraints=CA:FALSE\n');
  const signed = ['-CA', `${by}.pem`, '-CAkey', `${by}.key`, '-days', '2', '-extfile', 'names'];
  openssl('x509', '-req', '-in', 'db.csr', ...signed, '-out', 'db.pem');
  return { cert: readFileSync(join(path, 'db.pem'), 'utf8'), key: readFileSync(join(path, 'db.key'), 'utf8') };
};

beforeAll(async () => {
  const made = directory();
  path = made.path;
  cleanUps.push(made.remove);
  authority('ours');
  authority('theirs');
  writeFileSync(join(path, 'text.pem'), 'no certificate');
  server = await startPostgres({ tls: certificate('ours') });
  cleanUps.push(() => server.stop());
});
afterAll(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp();
});

interface Wanted {
  readonly tls?: boolean;
  readonly ca?: string;
  readonly host?: string;
}
const open = ({ tls = true, ca, host = '127.0.0.1' }: Wanted) =>
  openPostgres({
    url: server.url.replace('127.0.0.1', host),
    username: server.username,
    password: server.password,
    tls,
    ...(ca === undefined ? {} : { ca: join(path, ca) }),
    onError: () => undefined,
  });
const failure = async (wanted: Wanted): Promise<string> => {
  const error: unknown = await open(wanted).then(
    (db) => db.close(),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof AppError)) throw new Error('it is open');
  return `${error.code} ${error.message.replaceAll(`${path}/`, '')}`;
};

test('with the authority of the server in ca the connection is encrypted', async () => {
  const db = await open({ ca: 'ours.pem' });
  expect(await db.read('SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()')).toEqual([{ ssl: true }]);
  await db.close();
  const plain = await open({ tls: false });
  expect(await plain.read('SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()')).toEqual([{ ssl: false }]);
  await plain.close();
});

describe('no connection, and why, and the remedy', () => {
  test.each([
    [
      'another authority',
      { ca: 'theirs.pem' },
      /^database_unusable .*not signed by theirs\.pem \([A-Z_]+\): set postgres\.ca/,
    ],
    ['no authority', {}, /^database_unusable .*not signed by an authority that Node trusts .*set postgres\.ca/],
    [
      'another host',
      { ca: 'ours.pem', host: 'localhost' },
      /^database_unusable .*is for another name .*write that name/,
    ],
    ['a file that is no certificate', { ca: 'text.pem' }, /^config_invalid postgres\.ca: text\.pem is not a PEM file/],
    ['no file', { ca: 'none.pem' }, /^config_invalid postgres\.ca: none\.pem cannot be read \(ENOENT\)/],
  ] as const)('%s', async (_, wanted, text) => {
    expect(await failure(wanted)).toMatch(text);
  });

  test('a server without TLS', async () => {
    const without = await startPostgres();
    cleanUps.push(() => without.stop());
    const { url, username, password } = without;
    const opened = openPostgres({ url, username, password, tls: true, onError: () => undefined });
    await expect(opened).rejects.toThrow('the server accepts no TLS: set ssl = on in postgresql.conf');
  });

  test('zankyo hub ends with the sentence', async () => {
    const { url, username, password } = server;
    writeFileSync(
      join(path, 'hub.yaml'),
      `mqtt: { url: 'mqtt://127.0.0.1:1' }\npostgres: { url: '${url}', username: ${username}, password: '${password}', tls: true, ca: theirs.pem }\n`,
      { mode: 0o600 },
    );
    const { code, stderr } = await runProgram(['hub', '-c', 'hub.yaml'], path);
    expect(code).toBe(1);
    expect(stderr).toContain(`is not signed by ${join(path, 'theirs.pem')}`);
  });
});
