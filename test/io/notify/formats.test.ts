import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import type { Delivery, Outgoing, Target } from '../../../src/io/notify/delivery.ts';
import { senderOf } from '../../../src/io/notify/senders.ts';
import type { Notification } from '../../../src/stream/ports/notification.ts';
import { compile } from '../../contracts.ts';
import { HOSTILE, httpTarget, mailTarget, notification, type HttpTarget } from './servers.ts';

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

const server = async (): Promise<HttpTarget> => {
  const target = await httpTarget();
  cleanUps.push(() => target.close());
  return target;
};

const send = async (
  target: Omit<Target, 'method' | 'headers'> & Partial<Target>,
  message: Partial<Notification> = {},
  rest: Partial<Outgoing> = {},
): Promise<Delivery> => {
  const sender = await senderOf({ method: 'POST', headers: {}, ...target }, 60_000);
  cleanUps.push(() => {
    sender.close();
  });
  return sender.send(
    { notification: notification(message), ref: null, buttons: [], ...rest },
    new AbortController().signal,
  );
};

const hostile = { title: `${HOSTILE}: alarm`, text: `${HOSTILE} reads 91.\r\nSecond line\u202e` };

describe('ntfy: JSON to the root of the server, with the topic in it', () => {
  test('an alarm with its priority, tag and sequence, and buttons that publish to the reply topic', async () => {
    const { url, received } = await server();
    const buttons = [
      { label: 'Normal', body: 'n' },
      { label: 'Fault', body: 'f' },
    ];
    const target = { type: 'ntfy', url: `${url}/alerts`, token: 'tk_1', replies: 'secret-reply-topic-1' } as const;
    expect(await send(target, {}, { buttons })).toMatchObject({ ok: true, said: 'HTTP 200' });
    const [{ method, path, headers, body }] = received;
    expect([method, path, headers['content-type'], headers.authorization]).toEqual([
      'POST',
      '/',
      'application/json',
      'Bearer tk_1',
    ]);
    const action = (label: string, text: string) => ({
      action: 'http',
      label,
      url: `${url}/secret-reply-topic-1`,
      method: 'POST',
      body: text,
      clear: true,
    });
    expect(JSON.parse(body)).toEqual({
      topic: 'alerts',
      title: 'Boiler: alarm (major)',
      message: 'Boiler reads 91 °C; 60 to 70 °C was expected.',
      priority: 4,
      tags: ['rotating_light'],
      sequence_id: 'boiler-1',
      actions: [action('Normal', 'n'), action('Fault', 'f')],
    });
  });

  test('the end replaces the alarm silently; a rise of the severity makes a sound of its own', async () => {
    const { url, received } = await server();
    const target = { type: 'ntfy', url: `${url}/alerts` } as const;
    await send(target, { event: 'ended', replaces: true });
    await send(target, { event: 'updated', severity: 'critical' });
    expect(received.map(({ body }) => JSON.parse(body) as object)).toMatchObject([
      { priority: 2, sequence_id: 'boiler-1', tags: ['white_check_mark'] },
      { priority: 5 },
    ]);
    expect(received[1].body).not.toContain('sequence_id');
    expect(received[0].headers.authorization).toBeUndefined();
  });

  test('text is plain: markup stays as it is, control characters go', async () => {
    const { url, received } = await server();
    await send({ type: 'ntfy', url: `${url}/alerts` }, hostile);
    expect(JSON.parse(received[0].body)).toMatchObject({ message: `${HOSTILE} reads 91. Second line` });
    expect(received[0].body).not.toContain('markdown');
  });
});

test('Gotify: POST /message with the key of the application, plain text', async () => {
  const { url, received } = await server();
  await send({ type: 'gotify', url: `${url}/`, token: 'AppKey' }, hostile);
  const [{ method, path, headers, body }] = received;
  expect([method, path, headers['x-gotify-key']]).toEqual(['POST', '/message', 'AppKey']);
  expect(JSON.parse(body)).toEqual({
    title: `${HOSTILE}: alarm`,
    message: `${HOSTILE} reads 91. Second line`,
    priority: 6,
    extras: { 'client::display': { contentType: 'text/plain' } },
  });
});

describe('Telegram: Bot API, parse_mode HTML', () => {
  const target = { type: 'telegram', token: '12:ab', chat: '-100' } as const;

  test('sendMessage; the id of the message is kept', async () => {
    const http = await server();
    http.answer = (response) => response.end('{"ok":true,"result":{"message_id":42}}');
    expect(await send({ ...target, url: http.url })).toMatchObject({ ok: true, ref: '42' });
    const [{ method, path, body }] = http.received;
    expect([method, path]).toEqual(['POST', '/bot12:ab/sendMessage']);
    expect(JSON.parse(body)).toEqual({
      chat_id: '-100',
      text: '<b>Boiler: alarm (major)</b>\nBoiler reads 91 °C; 60 to 70 °C was expected.',
      parse_mode: 'HTML',
      link_preview_options: { is_disabled: true },
      disable_notification: false,
    });
  });

  test('a later message edits the first; one that is worse answers it', async () => {
    const http = await server();
    await send({ ...target, url: http.url }, { event: 'ended', replaces: true }, { ref: '42' });
    await send({ ...target, url: http.url }, { event: 'updated', severity: 'critical' }, { ref: '42' });
    expect(http.received.map(({ path }) => path)).toEqual(['/bot12:ab/editMessageText', '/bot12:ab/sendMessage']);
    expect(http.received.map(({ body }) => JSON.parse(body) as object)).toMatchObject([
      { message_id: 42 },
      { reply_parameters: { message_id: 42, allow_sending_without_reply: true } },
    ]);
  });

  test('an edit that is refused becomes a message of its own', async () => {
    const http = await server();
    http.answer = (response, { path }) => {
      if (path.endsWith('editMessageText')) response.writeHead(400).end('{"ok":false}');
      else response.end('{"ok":true,"result":{"message_id":43}}');
    };
    expect(await send({ ...target, url: http.url }, { replaces: true }, { ref: '42' })).toMatchObject({
      ok: true,
      ref: '43',
    });
    expect(JSON.parse(http.received[1].body)).not.toHaveProperty('reply_parameters');
  });

  test('markup in a name is escaped', async () => {
    const http = await server();
    await send({ ...target, url: http.url }, hostile);
    const { text } = JSON.parse(http.received[0].body) as { text: string };
    expect(text).toContain('&lt;b&gt;&amp;*_[x](http://evil)_*&lt;/b&gt; &lt;!channel&gt; &quot;&#39;`');
    expect(text.match(/<[^>]*>/g)).toEqual(['<b>', '</b>']);
  });
});

describe('Matrix: PUT …/send/m.room.message/{txnId}', () => {
  const target = { type: 'matrix', token: 'syt_1', room: '!abc:example.org' } as const;

  test('an event with text and HTML, under an id that makes a second copy harmless', async () => {
    const http = await server();
    http.answer = (response) => response.end('{"event_id":"$e1"}');
    expect(await send({ ...target, url: http.url })).toMatchObject({ ok: true, ref: '$e1' });
    const [{ method, path, headers, body }] = http.received;
    expect([method, path, headers.authorization]).toEqual([
      'PUT',
      '/_matrix/client/v3/rooms/!abc%3Aexample.org/send/m.room.message/boiler-1-opened',
      'Bearer syt_1',
    ]);
    expect(JSON.parse(body)).toEqual({
      msgtype: 'm.text',
      body: 'Boiler: alarm (major)\nBoiler reads 91 °C; 60 to 70 °C was expected.',
      format: 'org.matrix.custom.html',
      formatted_body: '<strong>Boiler: alarm (major)</strong><br>Boiler reads 91 °C; 60 to 70 °C was expected.',
      'm.mentions': {},
    });
  });

  test('a later message replaces the first', async () => {
    const http = await server();
    await send({ ...target, url: http.url }, { event: 'ended', replaces: true, text: 'Ended.' }, { ref: '$e1' });
    expect(JSON.parse(http.received[0].body)).toMatchObject({
      body: '* Boiler: alarm (major)\nEnded.',
      'm.new_content': { msgtype: 'm.text', body: 'Boiler: alarm (major)\nEnded.' },
      'm.relates_to': { rel_type: 'm.replace', event_id: '$e1' },
    });
  });

  test('markup in a name is escaped', async () => {
    const http = await server();
    await send({ ...target, url: http.url }, hostile);
    const { formatted_body: html } = JSON.parse(http.received[0].body) as { formatted_body: string };
    expect(html.match(/<[^>]*>/g)).toEqual(['<strong>', '</strong>', '<br>']);
  });
});

test('Slack: blocks of plain text, and a text in which <!channel> calls nobody', async () => {
  const { url, received } = await server();
  await send({ type: 'slack', url: `${url}/services/T/B/x` }, hostile);
  const [{ method, path, body }] = received;
  expect([method, path]).toEqual(['POST', '/services/T/B/x']);
  const message = JSON.parse(body) as { text: string; blocks: unknown };
  expect(message.blocks).toEqual([
    { type: 'header', text: { type: 'plain_text', text: `${HOSTILE}: alarm`, emoji: false } },
    { type: 'section', text: { type: 'plain_text', text: `${HOSTILE} reads 91. Second line`, emoji: false } },
  ]);
  expect(message.text).not.toMatch(/[<>]/);
  expect(message.text).toContain('&lt;!channel&gt;');
});

describe('webhook', () => {
  test('without a body: JSON with all fields', async () => {
    const { url, received } = await server();
    await send({ type: 'webhook', url: `${url}/hook` }, hostile);
    const [{ method, path, headers, body }] = received;
    expect([method, path, headers['content-type']]).toEqual(['POST', '/hook', 'application/json']);
    expect(compile('webhook', true)(JSON.parse(body))).toBe(true);
    expect(JSON.parse(body)).toEqual({
      schema: 1,
      event: 'opened',
      id: 'boiler-1-opened',
      thread: 'boiler-1',
      severity: 'major',
      title: `${HOSTILE}: alarm`,
      text: `${HOSTILE} reads 91. Second line`,
      at: '2026-01-05T07:30:00.000Z',
      site: 'home',
      series: ['boiler'],
      label: 'Boiler',
      value: 91,
      expected: 65,
      unit: '°C',
      score: 1.4,
      alarm: 'boiler-1',
      incident: 'boiler-1',
    });
  });

  test('templates: each value is escaped for its place', async () => {
    const { url, received } = await server();
    const label = 'a"b\\c&d=e/f?<g>\r\nX-Evil: 1';
    const body = '{"m": "{{ label }}", "n": "{{severity}}"}';
    const target = { type: 'webhook', url: `${url}/{{ label }}?q={{ label }}` } as const;
    await send({ ...target, body, method: 'PUT', headers: { 'X-Title': 'Alarm {{ label }}' } }, { label });
    const form = { 'Content-Type': 'application/x-www-form-urlencoded' };
    await send({ ...target, body: 'a={{ label }}&b=1', headers: form }, { label });
    await send({ ...target, body: '<p>{{ label }}</p>', headers: { 'content-type': 'text/html' } }, { label });
    await send({ ...target, body: 'Alarm: {{ label }}' }, { label });
    const [json, encoded, html, plain] = received;
    const inUrl = encodeURIComponent(label);
    expect([json.method, json.path]).toEqual(['PUT', `/${inUrl}?q=${inUrl}`]);
    expect(JSON.parse(json.body)).toEqual({ m: label, n: 'major' });
    expect(json.headers['x-title']).toBe('Alarm a"b\\c&d=e/f?<g> X-Evil: 1');
    expect(json.headers['x-evil']).toBeUndefined();
    expect(new URLSearchParams(encoded.body).get('a')).toBe(label);
    expect(html.body).toContain('&lt;g&gt;');
    expect([plain.headers['content-type'], plain.body]).toEqual([
      'text/plain; charset=utf-8',
      'Alarm: a"b\\c&d=e/f?<g> X-Evil: 1',
    ]);
  });

  test('GET has no body', async () => {
    const { url, received } = await server();
    await send({ type: 'webhook', url: `${url}/?t={{ text }}`, method: 'GET' });
    expect(received[0]).toMatchObject({ method: 'GET', body: '' });
    expect(received[0].headers['content-type']).toBeUndefined();
  });
});

describe('what goes wrong over HTTP', () => {
  const hook = (url: string): Promise<Delivery> => send({ type: 'webhook', url });
  const answering = async (status: number, headers: Record<string, string> = {}, body = ''): Promise<Delivery> => {
    const http = await server();
    http.answer = (response) => response.writeHead(status, headers).end(body);
    return hook(http.url);
  };

  test.each([301, 302, 307, 308])('%i: a redirect is refused; the other host gets nothing', async (status) => {
    const other = await server();
    const http = await server();
    http.answer = (response) => response.writeHead(status, { location: other.url }).end();
    expect(await hook(http.url)).toMatchObject({ ok: false, permanent: false });
    expect(other.received).toEqual([]);
  });

  test('400 and 413 are final; 401, 404, 429 and 500 are tried again', async () => {
    for (const status of [400, 413]) expect(await answering(status)).toMatchObject({ ok: false, permanent: true });
    for (const status of [401, 404, 429, 500])
      expect(await answering(status)).toMatchObject({ ok: false, permanent: false });
  });

  test('Retry-After is kept, up to an hour; the answer is shown, cut and on one line', async () => {
    expect(await answering(429, { 'retry-after': '7' }, 'slow\ndown')).toEqual({
      ok: false,
      permanent: false,
      reason: 'HTTP 429: slow down',
      retryAfterMs: 7000,
    });
    expect(await answering(503, { 'retry-after': '999999' }, 'x'.repeat(500))).toMatchObject({
      reason: `HTTP 503: ${'x'.repeat(200)}`,
      retryAfterMs: 3_600_000,
    });
  });

  test('an endless answer is cut off after 64 KiB', async () => {
    const http = await server();
    const connection = { open: true };
    http.answer = (response) => {
      response.on('close', () => (connection.open = false));
      const more = (): void => {
        if (connection.open) response.write('x'.repeat(16_384), more);
      };
      more();
    };
    expect(await hook(http.url)).toMatchObject({ ok: true });
    while (connection.open) await new Promise(setImmediate);
  });

  test('a service that hangs is given up after the time limit', async () => {
    const http = await server();
    http.answer = () => undefined;
    const sender = await senderOf({ type: 'webhook', url: http.url, method: 'POST', headers: {} }, 50);
    const delivery = await sender.send(
      { notification: notification(), ref: null, buttons: [] },
      new AbortController().signal,
    );
    expect(delivery).toMatchObject({ ok: false, permanent: false, reason: 'no answer within 0.05 s' });
  });

  test('a refused connection, without the URL in the reason', async () => {
    const gone = await httpTarget();
    await gone.close();
    expect(await hook(`${gone.url}/secret`)).toMatchObject({
      ok: false,
      reason: 'connection refused: is the server running, and the port right?',
    });
  });
});

describe('SMTP', () => {
  const mail = async (login?: { user: string; password: string }) => {
    const target = await mailTarget(login);
    cleanUps.push(() => target.close());
    return target;
  };
  const from = 'zankyo@example.org';
  const to = ['ada@example.org', 'bob@example.org'];

  test('a mail with text and HTML, in which markup of a name is escaped', async () => {
    const { url, mails } = await mail();
    const delivery = await send({ type: 'smtp', url, from, to }, hostile);
    expect(delivery).toMatchObject({ ok: true, ref: '<boiler-1-opened.home@zankyo.invalid>' });
    const [{ source, ...envelope }] = mails;
    expect(envelope).toEqual({ from, to, user: null });
    expect(source).toMatch(/^Message-ID: <boiler-1-opened\.home@zankyo\.invalid>\r$/m);
    expect(source).toMatch(/^Auto-Submitted: auto-generated\r$/im);
    const html = /Content-Type: text\/html[^]*?\r\n\r\n([^]*?)\r\n--/.exec(source)![1].replaceAll('=\r\n', '');
    expect(html).toContain('&lt;b&gt;');
    expect(html.match(/<[^>]*>/g)).toEqual(['<p>', '<strong>', '</strong>', '</p>', '<p>', '</p>']);
  });

  test('a line break in a title adds no header', async () => {
    const { url, mails } = await mail();
    await send({ type: 'smtp', url, from, to }, { title: 'Alarm\r\nBcc: eve@example.org' });
    expect(mails[0].to).toEqual(to);
    expect(mails[0].source).toMatch(/^Subject: Alarm Bcc: eve@example\.org\r$/m);
  });

  test('later mails of an incident follow the first in one conversation', async () => {
    const { url, mails } = await mail();
    await send({ type: 'smtp', url, from, to }, { id: 'second' }, { ref: '<first@zankyo.invalid>' });
    expect(mails[0].source).toMatch(/^In-Reply-To: <first@zankyo\.invalid>\r$/m);
    expect(mails[0].source).toMatch(/^References: <first@zankyo\.invalid>\r$/m);
  });

  test('with a login; a wrong one is tried again, because it may be repaired', async () => {
    const { url, mails } = await mail({ user: 'z', password: 'p' });
    expect(await send({ type: 'smtp', url, from, to, username: 'z', password: 'p' })).toMatchObject({ ok: true });
    expect(mails[0].user).toBe('z');
    expect(await send({ type: 'smtp', url, from, to, username: 'z', password: 'x' })).toMatchObject({
      ok: false,
      permanent: false,
      reason: expect.stringMatching(/^SMTP 535: /) as string,
    });
  });

  test('a stop closes the connection to a server that does not answer, which would keep the process alive', async () => {
    const silent = createServer().listen(0, '127.0.0.1');
    cleanUps.push(() => silent.close());
    await once(silent, 'listening');
    const url = `smtp://127.0.0.1:${(silent.address() as AddressInfo).port}`;
    const sender = await senderOf({ type: 'smtp', url, from, to, method: 'POST', headers: {} }, 60_000);
    const stopping = new AbortController();
    const sending = sender.send({ notification: notification(), ref: null, buttons: [] }, stopping.signal);
    const [socket] = (await once(silent, 'connection')) as [Socket];
    const closed = once(socket.resume(), 'close');
    stopping.abort();
    expect(await sending).toMatchObject({ ok: false, permanent: false, reason: 'stopped' });
    sender.close();
    await closed;
  }, 10_000);

  test('a refused connection', async () => {
    const target = await mailTarget();
    await target.close();
    expect(await send({ type: 'smtp', url: target.url, from, to })).toMatchObject({
      ok: false,
      permanent: false,
      reason: 'connection refused: is the server running, and the port right?',
    });
  });
});
