import { mkdtempSync, rmSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Buttons } from '../../../src/app/notify/buttons.ts';
import { openDatabase, type Database } from '../../../src/io/sqlite/database.ts';
import { NotificationTable } from '../../../src/io/sqlite/tables/notification-table.ts';
import type { CommandRequest } from '../../../src/stream/ports/ports.ts';
import { httpTarget, notification, type HttpTarget } from '../../io/notify/servers.ts';
import { siteOf } from '../world.ts';

const TOPIC = 'reply-topic-0123456789';
let folder: string;
let db: Database;
let http: HttpTarget;
const running: Buttons[] = [];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'zankyo-buttons-'));
  db = openDatabase(join(folder, 'zankyo.db'));
  http = await httpTarget();
});
afterEach(async () => {
  for (const buttons of running.splice(0)) buttons.stop();
  await http.close();
  db.close();
  rmSync(folder, { recursive: true });
});

function started(rest: Readonly<Record<string, unknown>> = {}) {
  const site = siteOf({
    site: 'home',
    notify: { phone: { type: 'ntfy', url: `${http.url}/alerts`, replies: TOPIC, token: 'tk', ...rest } },
  });
  const requests: CommandRequest[] = [];
  const answers: string[] = [];
  const lines: string[] = [];
  const buttons = new Buttons({
    site,
    table: new NotificationTable(db),
    ledger: {
      write: (task, afterwards) => {
        task();
        afterwards?.();
      },
    },
    now: () => 1_700_000_000_500,
    answer: (target, title, text) => answers.push(`${target}: ${title}. ${text}`),
    log: (level, _, message) => lines.push(`${level} ${message}`),
    retryMs: 1,
  });
  running.push(buttons);
  buttons.requests$.subscribe((request) => requests.push(request));
  buttons.start();
  return { buttons, target: site.notify['phone'], requests, answers, lines };
}

const until = async (condition: () => boolean): Promise<void> => {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 1));
};
/** A line of ntfy's JSON stream. */
const line = (id: string, message: string, time = 1_700_000_001): string =>
  `${JSON.stringify({ id, time, event: 'message', topic: TOPIC, message })}\n`;
const bodyOf = (request: CommandRequest): unknown => JSON.parse(new TextDecoder().decode(request.payload));

/** The open streams; each request to the reply topic opens one. */
const streams = (): ServerResponse[] => {
  const open: ServerResponse[] = [];
  http.answer = (response) => {
    response.writeHead(200, { 'content-type': 'application/x-ndjson' });
    response.write('{"id":"o","time":1700000000,"event":"open","topic":"x"}\n');
    open.push(response);
  };
  return open;
};

test('under an alarm that opens there are two buttons; under others, and without a reply topic, there is none', () => {
  const { buttons, target } = started();
  const labels = (event: Parameters<typeof notification>[0]) =>
    buttons.under(target, notification(event)).map(({ label }) => label);
  expect(labels({})).toEqual(['Normal', 'Fault']);
  expect(labels({ event: 'ended' })).toEqual([]);
  expect(labels({ event: 'health', alarm: null })).toEqual([]);
  const without = siteOf({ notify: { phone: { type: 'ntfy', url: 'https://ntfy.sh/t' } } }).notify['phone'];
  expect(buttons.under(without, notification())).toEqual([]);
});

test('a button that is pressed is a command; its answer goes back to the target', async () => {
  const open = streams();
  const { buttons, target, requests, answers } = started();
  const [normal] = buttons.under(target, notification());
  await until(() => open.length === 1);
  expect(http.received[0]).toMatchObject({ method: 'GET', path: `/${TOPIC}/json?since=1700000000` });
  expect(http.received[0].headers.authorization).toBe('Bearer tk');
  const text = line('m1', normal.body);
  open[0].write(text.slice(0, 20)); // a line may come in pieces
  await new Promise((resolve) => setTimeout(resolve, 10));
  open[0].write(text.slice(20));
  await until(() => requests.length === 1);
  expect(requests[0]).toMatchObject({ source: 'ntfy', series: null, row: null, message: null });
  expect(bodyOf(requests[0])).toEqual({
    id: 'ntfy-m1',
    command: 'normal',
    event: 'boiler-1',
    site: 'home',
    by: 'button of phone',
  });
  requests[0].reply('{"status":"done","text":"Events of boiler like this one are no alarm from now on."}');
  requests[0].reply('{"status":"refused","text":"No such alarm."}');
  expect(answers).toEqual([
    'phone: Done: normal. Events of boiler like this one are no alarm from now on.',
    'phone: Refused: normal. No such alarm.',
  ]);
});

test('a text that no button has is no command: another alarm, another command, a guess; one line in the log', async () => {
  const open = streams();
  const { buttons, target, requests, lines } = started();
  const [normal, fault] = buttons.under(target, notification());
  const code = normal.body.split(' ')[2];
  for (const text of [
    `normal other-1 ${code}`,
    `reset boiler-1 ${code}`,
    `fault boiler-1 ${code}`,
    `normal boiler-1 ${code} more`,
    'normal boiler-1',
    '{"command":"reset"}',
    '',
  ])
    expect([text, buttons.commandIn(text)]).toEqual([text, null]);
  expect(buttons.commandIn(fault.body)).toEqual({ command: 'fault', event: 'boiler-1' });
  await until(() => open.length === 1);
  open[0].write(`${line('a', `reset boiler-1 ${code}`)}not json\n${line('b', 'x')}${line('c', fault.body)}`);
  await until(() => requests.length === 1);
  expect(bodyOf(requests[0])).toMatchObject({ id: 'ntfy-c', command: 'fault' });
  expect(lines).toEqual(['warn phone: a message on the reply topic is not from a button of this site']);
});

test('after a restart the buttons of before work, and reading goes on behind the last one', async () => {
  const open = streams();
  const first = started();
  const [normal, fault] = first.buttons.under(first.target, notification());
  await until(() => open.length === 1);
  open[0].write(line('m1', normal.body, 1_700_000_050));
  await until(() => first.requests.length === 1);
  first.buttons.stop();

  const second = started();
  await until(() => open.length === 2);
  expect(http.received[1].path).toBe(`/${TOPIC}/json?since=1700000050`);
  open[1].write(line('m1', normal.body, 1_700_000_050) + line('m2', fault.body, 1_700_000_060));
  await until(() => second.requests.length === 1);
  expect(bodyOf(second.requests[0])).toMatchObject({ id: 'ntfy-m2', command: 'fault' });
});

test('a server that refuses or breaks off is asked again, with one warning', async () => {
  let asked = 0;
  const open: ServerResponse[] = [];
  http.answer = (response) => {
    asked++;
    if (asked < 4) response.writeHead(500).end();
    else open.push(response.writeHead(200));
    if (asked >= 4) response.write('\n');
  };
  const { buttons, target, requests, lines } = started();
  const [normal] = buttons.under(target, notification());
  await until(() => open.length === 1);
  open[0].end(line('m1', normal.body));
  await until(() => open.length === 2);
  open[1].write(line('m2', normal.body));
  await until(() => requests.length === 2);
  expect(lines).toEqual(['warn phone: answers from buttons cannot be read, and this is tried again: HTTP 500']);
});
