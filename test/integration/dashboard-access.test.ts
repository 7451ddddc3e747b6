import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freePort, startMosquitto } from './programs/mosquitto.ts';
import { directory, runProgram, startService, type Program } from './programs/program.ts';

const cleanUps: (() => unknown)[] = [];
let port: number;
let cwd: string;
let program: Program;
let token: string;

interface Answer {
  readonly status: number;
  readonly body: string;
  readonly cookie: string | undefined;
}

/** A request with exactly these headers, which `fetch` would not send. */
const ask = (
  path: string,
  { method = 'GET', headers = {}, body }: { method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path, method, headers, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => (text += part));
      response.on('end', () => {
        resolve({ status: response.statusCode!, body: text, cookie: response.headers['set-cookie']?.[0] });
      });
    });
    sent.on('error', reject);
    sent.end(body);
  });

const JSON_BODY = { 'Content-Type': 'application/json' };
const bearer = (of: string) => ({ Authorization: `Bearer ${of}` });
const post = (path: string, body: object, headers: Record<string, string> = {}): Promise<Answer> =>
  ask(path, { method: 'POST', headers: { ...JSON_BODY, ...headers }, body: JSON.stringify(body) });
const logIn = async (of: string): Promise<string> => {
  const { status, cookie } = await post('/api/login', { token: of });
  expect(status).toBe(200);
  return cookie!.split(';')[0];
};

beforeAll(async () => {
  const broker = await startMosquitto();
  cleanUps.push(() => broker.stop());
  port = await freePort();
  const { path, remove } = directory({
    'site.yaml': `site: works
database: zankyo.db
mqtt: { url: '${broker.url}' }
http: { listen: '127.0.0.1:${port}', require_token: true, hosts: [proxy.example] }
inputs: [{ topic: 's/+', name: '{1}' }]
`,
  });
  cleanUps.push(remove);
  cwd = path;
  program = await startService(path, cleanUps);
  await program.logged('HTTP server listens');
  token = (await program.logged('token of the dashboard'))['token'] as string;
});
afterAll(async () => {
  for (const cleanUp of cleanUps.reverse()) await cleanUp();
});

describe('without a token', () => {
  test.each(['/api/now', '/api/system', '/api/live?on=status', '/metrics', '/healthz', '/readyz'])(
    '%s is refused',
    async (path) => {
      expect((await ask(path)).status).toBe(401);
    },
  );

  test('a command is refused, and nothing of it is stored', async () => {
    const { status } = await post('/api/command', { command: 'freeze' });
    expect(status).toBe(401);
    const { stdout } = await runProgram(['cmd', 'list', '-c', 'site.yaml'], cwd);
    expect(stdout).not.toContain('freeze');
  });

  test('the page itself loads, and says that a token is needed', async () => {
    expect((await ask('/')).body).toContain('<title>zankyo</title>');
    expect(JSON.parse((await ask('/api/session')).body)).toMatchObject({ role: null, token: true, site: 'works' });
  });
});

describe('with a token', () => {
  test('as Bearer, for scripts and Prometheus', async () => {
    for (const path of ['/metrics', '/api/now', '/healthz'])
      expect([path, (await ask(path, { headers: bearer(token) })).status]).toEqual([path, 200]);
  });

  test('a log-in gives a cookie that scripts of a page cannot read and other sites cannot use', async () => {
    const { cookie } = await post('/api/login', { token });
    expect(cookie).toMatch(/^zankyo_works=[\w-]{43}; Max-Age=2592000; HttpOnly; SameSite=Strict$/);
    const Cookie = cookie!.split(';')[0];
    expect((await ask('/api/now', { headers: { Cookie } })).status).toBe(200);
    await post('/api/logout', {}, { Cookie });
    expect((await ask('/api/now', { headers: { Cookie } })).status).toBe(401);
  });

  test('a wrong one is refused; a flood of them is not looked at, and those who are in stay in', async () => {
    const Cookie = await logIn(token);
    const wrong = token.replace(/-[\w-]{8}-/, '-AAAAAAAA-');
    const answers = await Promise.all(Array.from({ length: 40 }, () => post('/api/login', { token: wrong })));
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status === 403)).toHaveLength(10);
    expect(statuses.filter((status) => status === 429)).toHaveLength(30);
    expect((await ask('/api/now', { headers: { Cookie } })).status).toBe(200);
    expect((await ask('/metrics', { headers: bearer(token) })).status).toBe(200);
    expect((await ask('/metrics', { headers: bearer(wrong) })).status).toBe(429);
    // With the id of the right token, and another secret.
    expect((await post('/api/login', { token: `${token.slice(0, -4)}AAAA` })).status).toBe(403);
    await logIn(token);
  });

  test('it is in the log once, not in the lines that the page shows, and not in the database file', async () => {
    expect(program.log().filter(({ msg }) => msg.includes(token))).toHaveLength(1);
    const { body } = await ask('/api/system', { headers: bearer(token) });
    expect(body).not.toContain(token);
  });
});

describe('a request that changes something', () => {
  const freeze = { command: 'unmute' };
  test.each([
    ['from a page of another site', { 'Sec-Fetch-Site': 'cross-site', Origin: 'https://evil.example' }],
    ['from another port of this machine', { 'Sec-Fetch-Site': 'same-site' }],
    ['typed into a browser', { 'Sec-Fetch-Site': 'none' }],
    ['from another origin over plain HTTP', { Origin: 'http://evil.example' }],
    ['from a sandboxed page', { Origin: 'null' }],
  ])('%s is refused, token or not', async (_, headers) => {
    const { status, body } = await post('/api/command', freeze, { ...bearer(token), ...headers });
    expect([status, (JSON.parse(body) as { code: string }).code]).toEqual([403, 'cross_site']);
  });

  test('by a form, which cannot send JSON, is refused', async () => {
    const headers = { ...bearer(token), 'Content-Type': 'text/plain' };
    const { status } = await ask('/api/command', { method: 'POST', headers, body: JSON.stringify(freeze) });
    expect(status).toBe(415);
  });

  test('from our page, from that behind the proxy of http.hosts, and from a script is carried out', async () => {
    for (const headers of [
      { 'Sec-Fetch-Site': 'same-origin' },
      { Origin: `http://127.0.0.1:${port}` },
      { Origin: 'https://proxy.example' },
      {},
    ]) {
      const { status, body } = await post('/api/command', freeze, { ...bearer(token), ...headers });
      expect([status, (JSON.parse(body) as { status: string }).status]).toEqual([200, 'done']);
    }
  });

  test('for a foreign Host is refused', async () => {
    const { status } = await post('/api/command', freeze, { ...bearer(token), Host: 'evil.example' });
    expect(status).toBe(421);
  });

  test('by GET does not exist', async () => {
    for (const path of ['/api/command', '/api/login', '/api/logout'])
      expect([path, (await ask(path, { headers: bearer(token) })).status]).toEqual([path, 404]);
  });

  test('with more than 256 KiB is refused', async () => {
    const { status } = await post('/api/command', { ...freeze, note: 'x'.repeat(300_000) }, bearer(token));
    expect(status).toBe(413);
  });

  test('a flood of commands is cut off', async () => {
    const statuses = new Set<number>();
    for (let batch = 0; batch < 20; batch++) {
      const answers = await Promise.all(Array.from({ length: 10 }, () => post('/api/command', freeze, bearer(token))));
      for (const { status } of answers) statuses.add(status);
    }
    expect(statuses).toEqual(new Set([200, 429]));
  });
});

test('no path leads out of the files of the page', async () => {
  for (const path of ['/../package.json', '/%2e%2e/package.json', '/..%2f..%2fpackage.json', '/api/../../cli/main.js'])
    expect([path, (await ask(path, { headers: bearer(token) })).status]).toEqual([path, 404]);
});

describe('zankyo token', () => {
  test('makes a read-only token: it sees everything and changes nothing', async () => {
    const { code, stdout } = await runProgram(['token', '-c', 'site.yaml', '--read-only'], cwd);
    expect(code).toBe(0);
    const viewer = stdout.trim();
    expect(viewer).toMatch(/^zankyo-viewer-/);
    const headers = bearer(viewer);
    expect(JSON.parse((await ask('/api/session', { headers })).body)).toMatchObject({ role: 'viewer' });
    expect((await ask('/api/now', { headers })).status).toBe(200);
    const { status, body } = await post('/api/command', { command: 'freeze' }, headers);
    expect([status, (JSON.parse(body) as { code: string }).code]).toEqual([403, 'read_only']);
  });

  test('replaces a token: the one before and its log-ins and open pages end', async () => {
    const headers = bearer(token);
    const live = await fetch(`http://127.0.0.1:${port}/api/live?on=status`, { headers });
    expect(live.status).toBe(200);
    const ended = (async () => {
      await live.text();
      return true;
    })();
    const { stdout } = await runProgram(['token', '-c', 'site.yaml'], cwd);
    expect(await ended).toBe(true);
    expect([403, 401, 429]).toContain((await ask('/api/now', { headers })).status);
    expect((await ask('/api/now', { headers: bearer(stdout.trim()) })).status).toBe(200);
  });
});
