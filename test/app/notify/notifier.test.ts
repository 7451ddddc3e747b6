import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Notifier } from '../../../src/app/notify/notifier.ts';
import type { AnomalyEvent } from '../../../src/detect/episode/anomaly.ts';
import type { IncidentEvent } from '../../../src/detect/episode/incidents.ts';
import { openDatabase, type Database } from '../../../src/io/sqlite/database.ts';
import { NotificationTable } from '../../../src/io/sqlite/tables/notification-table.ts';
import type { AlertPort } from '../../../src/stream/ports/ports.ts';
import { anomaly } from '../../cli/anomaly.ts';
import { habit } from '../../habit.ts';
import { httpTarget, type HttpTarget } from '../../io/notify/servers.ts';
import { siteOf } from '../world.ts';

const AT = Date.UTC(2026, 0, 5, 8);
let folder: string;
let db: Database;
let servers: HttpTarget[];
let notifiers: Notifier[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'zankyo-notify-'));
  db = openDatabase(join(folder, 'zankyo.db'));
  servers = [];
  notifiers = [];
});
afterEach(async () => {
  await Promise.all(notifiers.map((notifier) => notifier.stop()));
  await Promise.all(servers.map((server) => server.close()));
  db.close();
  rmSync(folder, { recursive: true });
});

const server = async (): Promise<HttpTarget> => {
  const target = await httpTarget();
  servers.push(target);
  return target;
};

/** The transactions of a ledger, which a test commits. */
class Commits {
  private readonly waiting: { readonly task: () => void; readonly afterwards: (() => void) | undefined }[] = [];

  write(task: () => void, afterwards?: () => void): void {
    this.waiting.push({ task, afterwards });
  }

  commit(): void {
    for (let writes = this.waiting.splice(0); writes.length > 0; writes = this.waiting.splice(0)) {
      for (const { task } of writes) task();
      for (const { afterwards } of writes) afterwards?.();
    }
  }
}

const QUIET: AlertPort = { state: () => 0, event: () => 0, incident: () => 0, habit: () => 0, mode: () => 0 };

/** `timeoutMs`: long enough for an answer on a machine with other work; a test of a target that hangs waits for it. */
function started(
  notify: Readonly<Record<string, unknown>>,
  more: Readonly<Record<string, unknown>> = {},
  timeoutMs = 10_000,
  ledger = new Commits(),
  after?: Promise<void>,
) {
  const lines: string[] = [];
  const notifier = new Notifier({
    site: siteOf({ site: 'home', notify, ...more }),
    table: new NotificationTable(db),
    ledger,
    now: () => AT,
    retryMs: 1,
    timeoutMs,
    log: (level, _, message) => lines.push(`${level} ${message}`),
  });
  notifiers.push(notifier);
  notifier.start(after);
  return { notifier, ledger, lines, alerts: notifier.over(QUIET) };
}

const hook = (url: string, rest: Readonly<Record<string, unknown>> = {}) => ({
  type: 'webhook',
  url: `${url}/`,
  body: '{{ event }}: {{ title }}. {{ text }}',
  ...rest,
});

const alarm = (phase: AnomalyEvent['phase'], rest: Partial<AnomalyEvent['anomaly']> = {}): AnomalyEvent => ({
  phase,
  at: AT,
  anomaly: anomaly({ id: 'boiler-1', stream: 'boiler', series: 'boiler', reason: 'It is hot.', ...rest }),
});

const incident = (phase: IncidentEvent['phase'], rest: Partial<IncidentEvent['incident']> = {}): IncidentEvent => ({
  phase,
  at: AT,
  incident: {
    id: 'boiler-1',
    startAt: AT - 1_500_000,
    endAt: phase === 'closed' ? AT : null,
    severity: 'major',
    episodes: 1,
    open: 1,
    series: ['boiler'],
    reason: 'It is hot.',
    ...rest,
  },
});

/** A run that ends with an incident whose message the server did not take. */
const undelivered = async (http: HttpTarget): Promise<void> => {
  http.answer = (response) => response.writeHead(500).end();
  const { alerts, ledger, notifier } = started({ phone: hook(http.url) });
  alerts.incident(incident('opened'));
  ledger.commit();
  await notifier.stop();
};

const until = async (condition: () => boolean): Promise<void> => {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 1));
};
const rows = (): number => db.prepare('SELECT count(*) FROM notification').pluck().get() as number;

describe('a notification', () => {
  test('is written with the alarm, sent after that, and deleted when it is delivered', async () => {
    const http = await server();
    const { ledger, alerts, notifier } = started({ phone: hook(http.url) });
    alerts.incident(incident('opened'));
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(http.received).toEqual([]); // not before the commit
    ledger.commit();
    expect(rows()).toBe(1);
    await until(() => notifier.targets[0].sent === 1);
    expect(http.received.map(({ body }) => body)).toEqual(['opened: boiler: alarm (major). It is hot.']);
    ledger.commit();
    expect(rows()).toBe(0);
  });

  test('that was written and not sent is sent by the next run', async () => {
    const http = await server();
    await undelivered(http);
    expect(rows()).toBe(1);

    http.answer = (response) => response.end();
    http.received.length = 0;
    const second = started({ phone: hook(http.url) });
    await until(() => second.notifier.targets[0].sent === 1);
    expect(http.received).toHaveLength(1);
    // The incident was reported, so its end is.
    second.alerts.incident(incident('closed'));
    second.ledger.commit();
    await until(() => second.notifier.targets[0].sent === 2);
    expect(http.received[1].body).toBe('ended: boiler: alarm ended. Ended after 25 min. It is hot.');
  });

  test('for a target that left the site file is deleted', async () => {
    await undelivered(await server());
    const second = started({});
    second.ledger.commit();
    expect(rows()).toBe(0);
    expect(second.lines).toEqual(['info notifications for targets that left the site file are deleted']);
  });
});

test('a target that hangs, one that redirects and one that answers 500 delay only their own messages', async () => {
  const [hangs, redirects, fails, works] = [await server(), await server(), await server(), await server()];
  hangs.answer = () => undefined;
  redirects.answer = (response) => response.writeHead(302, { location: works.url }).end();
  fails.answer = (response) => response.writeHead(500).end();
  const targets = { hangs, redirects, fails, works };
  const { ledger, alerts, notifier } = started(
    Object.fromEntries(Object.entries(targets).map(([name, { url }]) => [name, hook(url)])),
    {},
    2000,
  );
  for (let n = 0; n < 20; n++) alerts.incident(incident('opened', { id: `i${n}` }));
  ledger.commit();
  await until(() => notifier.targets[3].sent === 20);
  await until(() => notifier.targets.every(({ name, failingSince }) => name === 'works' || failingSince !== null));
  expect(works.received).toHaveLength(20); // none by way of the redirect
  expect(notifier.targets.map(({ name, sent, waiting }) => [name, sent, waiting])).toEqual([
    ['hangs', 0, 20],
    ['redirects', 0, 20],
    ['fails', 0, 20],
    ['works', 20, 0],
  ]);
  // After the hour it works again, and nothing was lost.
  fails.received.length = 0;
  fails.answer = (response) => response.end();
  await until(() => notifier.targets[2].sent === 20);
  expect(fails.received.length).toBe(20);
});

describe('what is sent', () => {
  test('per alarm or per incident', async () => {
    const [alarms, incidents] = [await server(), await server()];
    const { ledger, alerts, notifier } = started({
      a: hook(alarms.url, { per: 'alarm' }),
      i: hook(incidents.url),
    });
    alerts.event(alarm('opened', { label: 'The boiler' }));
    alerts.incident(incident('opened'));
    alerts.incident(incident('closed', { episodes: 2, series: ['boiler', 'pump'] }));
    ledger.commit();
    await until(() => notifier.targets[0].sent === 1 && notifier.targets[1].sent === 2);
    expect(alarms.received.map(({ body }) => body)).toEqual(['opened: The boiler: alarm (major). It is hot.']);
    expect(incidents.received.map(({ body }) => body)).toEqual([
      'opened: boiler: alarm (major). It is hot.',
      'ended: boiler and 1 more: alarm ended. Ended after 25 min. It is hot. 2 alarms: boiler, pump.',
    ]);
  });

  test('a target of a group gets the incidents of its series', async () => {
    const http = await server();
    const { ledger, alerts, notifier } = started(
      { phone: hook(http.url, { series: ['pumps'] }) },
      { inputs: [{ topic: 's/+', name: '{1}' }], groups: { pumps: { series: ['p1', 'p2'] } } },
    );
    alerts.incident(incident('opened', { id: 'x', series: ['boiler'] }));
    alerts.incident(incident('opened', { id: 'y', series: ['p2'] }));
    ledger.commit();
    await until(() => notifier.targets[0].sent === 1);
    expect(http.received.map(({ body }) => body)).toEqual(['opened: p2: alarm (major). It is hot.']);
  });

  test('habits and problems of the service, where the target wants them', async () => {
    const [all, few] = [await server(), await server()];
    const { ledger, alerts, notifier } = started({
      all: hook(all.url, { events: ['habit', 'health'] }),
      few: hook(few.url, { events: ['opened'] }),
    });
    const problem = {
      code: 'no_data',
      subject: 's/+',
      text: 's/+: no message for 2 h.',
      since: AT - 7_200_000,
    } as const;
    alerts.habit(habit());
    notifier.problem('opened', problem, AT);
    notifier.problem('closed', problem, AT);
    notifier.problem('opened', { ...problem, code: 'notify_failing', subject: 'all' }, AT); // not to itself
    ledger.commit();
    await until(() => notifier.targets[0].sent === 3);
    expect(all.received.map(({ body }) => body.replace(/\. .*/, ''))).toEqual([
      expect.stringMatching(/^habit: .*: new habit$/),
      'health: zankyo home: no_data, s/+',
      'health: zankyo home: no_data, s/+ has ended',
    ]);
    expect(few.received).toEqual([]);
  });
});

test('a reload while a message is under way sends it once, and its end still edits it', async () => {
  const http = await server();
  let deliver: () => void = () => undefined;
  http.answer = (response) => (deliver = () => response.end('{"ok":true,"result":{"message_id":7}}'));
  const target = { type: 'telegram', url: http.url, token: 't', chat: '1' };
  const first = started({ chat: target });
  first.alerts.incident(incident('opened'));
  first.ledger.commit();
  await until(() => http.received.length === 1);
  const ended = first.notifier.stop();
  const second = started({ chat: { ...target, severity: 'minor' } }, {}, 10_000, first.ledger, ended);
  deliver();
  http.answer = (response) => response.end('{"ok":true}');
  await ended;
  await new Promise(setImmediate);
  first.ledger.commit();
  second.alerts.incident(incident('closed'));
  first.ledger.commit();
  await until(() => second.notifier.targets[0].sent === 1);
  first.ledger.commit();
  expect(http.received.map(({ path }) => path)).toEqual(['/bott/sendMessage', '/bott/editMessageText']);
  expect(rows()).toBe(0);
});

test('Telegram: the end edits the message of the opening, also after a restart', async () => {
  const http = await server();
  http.answer = (response) => response.end('{"ok":true,"result":{"message_id":7}}');
  const target = { type: 'telegram', url: http.url, token: 't', chat: '1' };
  const first = started({ chat: target });
  first.alerts.incident(incident('opened'));
  first.ledger.commit();
  await until(() => first.notifier.targets[0].sent === 1);
  first.ledger.commit();
  await first.notifier.stop();
  const second = started({ chat: target });
  second.alerts.incident(incident('closed'));
  second.ledger.commit();
  await until(() => second.notifier.targets[0].sent === 1);
  expect(http.received.map(({ path }) => path)).toEqual(['/bott/sendMessage', '/bott/editMessageText']);
  expect(JSON.parse(http.received[1].body)).toMatchObject({ message_id: 7 });
});
