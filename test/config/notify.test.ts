import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadSite } from '../../src/config/load.ts';
import { directoryWith, failure, load, SITE } from './site.ts';

const targetOf = (options: string, files = {}, env = {}) =>
  load(`${SITE}notify:\n  phone: {${options}}\n`, files, env).site.notify['phone'];
const lines = (options: string, files = {}): string[] =>
  failure(`${SITE}notify:\n  phone: {${options}}\n`, files).lines.map((line) =>
    line.replace(/^site\.yaml:\d+:\d+: /, ''),
  );

describe('a target', () => {
  test('has defaults: from minor on, opened, ended and health, per incident', () => {
    expect(targetOf("type: ntfy, url: 'https://ntfy.sh/t'")).toEqual({
      type: 'ntfy',
      url: 'https://ntfy.sh/t',
      method: 'POST',
      headers: {},
      severity: 'minor',
      events: ['opened', 'ended', 'health'],
      per: 'incident',
    });
  });

  test.each([
    [
      "type: webhook, url: 'https://h/{{ site }}?q={{text}}', method: PUT, headers: {x: '{{ title }}'}, body: '{{ text }}'",
    ],
    ["type: gotify, url: 'http://h:8080', token: t"],
    ['type: telegram, token: t, chat: -1001234567890'],
    ["type: telegram, token: t, chat: '@news', url: 'https://h'"],
    ["type: matrix, url: 'https://h', token: t, room: '!a:h'"],
    ["type: slack, url: 'https://hooks.slack.com/services/T/B/x'"],
    ["type: smtp, url: 'smtps://mail.example.org', from: z@h, to: [a@h], username: z, password: p"],
    ["type: ntfy, url: 'https://ntfy.sh/t', replies: abcdefghijklmnop, series: [a], severity: major, per: alarm"],
  ])('%s', (options) => {
    expect(targetOf(options).type).toBe(/type: (\w+)/.exec(options)![1]);
  });

  test('the id of a chat is text, also where it is written as a number', () => {
    expect(targetOf('type: telegram, token: t, chat: -100').chat).toBe('-100');
  });
});

describe('a mistake', () => {
  test.each([
    [
      'type: ntfi',
      'notify.phone.type: expected one of webhook, ntfy, gotify, telegram, matrix, slack, smtp; got "ntfi"; did you mean "ntfy"?',
    ],
    ['type: ntfy', 'notify.phone: a target of type ntfy requires url'],
    [
      "type: ntfy, url: 'https://ntfy.sh'",
      'notify.phone.url: expected the topic in the url, as in https://ntfy.sh/my-secret-topic',
    ],
    ["type: slack, url: 'https://h/x', room: r", 'notify.phone.room: a target of type slack has no room'],
    [
      "type: webhook, url: 'https://h/', token_file: f",
      'notify.phone.token_file: a target of type webhook has no token_file',
    ],
    ["type: gotify, url: 'https://h'", 'notify.phone: a target of type gotify requires token or token_file'],
    [
      "type: webhook, url: 'https://h/', body: '{{ text }', method: POST",
      'notify.phone.body: expected only placeholders of {{ title }}, ',
    ],
    [
      "type: webhook, url: 'https://{{ site }}.h/'",
      'notify.phone.url: expected http://, https://, smtp:// or smtps://, then the host',
    ],
    [
      "type: webhook, url: 'https://user:pw@h/'",
      'notify.phone.url: expected http://, https://, smtp:// or smtps://, then the host',
    ],
    ["type: webhook, url: 'smtp://h'", 'notify.phone.url: expected http:// or https://'],
    ["type: smtp, url: 'https://h', from: a@h, to: [b@h]", 'notify.phone.url: expected smtp:// or smtps://'],
    [
      "type: smtp, url: 'smtp://h', from: a@h, to: ['b@h, c@h']",
      'notify.phone.to[0]: expected one mail address such as ada@example.org',
    ],
    [
      "type: smtp, url: 'smtp://h', from: a@h, to: [b@h], username: z",
      'notify.phone: expected username and password, or neither',
    ],
    [
      'type: webhook, url: \'https://h/\', headers: {x: "a\\r\\nb"}',
      'notify.phone.headers.x: expected text of ASCII characters on one line',
    ],
    [
      "type: webhook, url: 'https://h/', method: GET, body: b",
      'notify.phone.body: a request by GET has no body; expected POST or PUT',
    ],
    [
      "type: ntfy, url: 'https://h/t', replies: short",
      'notify.phone.replies: expected 16 to 64 letters, digits, "-" and "_", as hard to guess as a password',
    ],
  ])('%s', (options, beginning) => {
    const said = lines(options);
    expect(said).toHaveLength(1);
    expect(said[0].slice(0, beginning.length)).toBe(beginning);
  });

  test('does not repeat a URL or a token, which may be secrets', () => {
    const said = lines("type: webhook, url: 'ftp://hunter2', token: [hunter2], headers: {x: [hunter2]}").join('\n');
    expect(said).not.toContain('hunter2');
    expect(said.split('\n')).toHaveLength(3);
  });
});

describe('secrets', () => {
  test('as a tag, in a file beside the site file, or as a credential of systemd', () => {
    const gotify = "type: gotify, url: 'https://h'";
    expect(targetOf(`${gotify}, token: !env PHONE`, {}, { PHONE: 'from env' }).token).toBe('from env');
    expect(targetOf(`${gotify}, token: !secret phone`, { 'secrets.yaml': 'phone: from secrets\n' }).token).toBe(
      'from secrets',
    );
    expect(targetOf(`${gotify}, token_file: tok`, { tok: 'from file\n' }).token).toBe('from file');
    const mail = "type: smtp, url: 'smtp://h', from: a@h, to: [b@h], username: z, password_file: pw";
    expect(targetOf(mail, { pw: 'p\n' }).password).toBe('p');
    const credentials = directoryWith({ 'notify-phone': 'from systemd' });
    expect(targetOf(gotify, {}, { CREDENTIALS_DIRECTORY: credentials }).token).toBe('from systemd');
  });

  test('a file that is not there, and both ways at once', () => {
    expect(lines("type: gotify, url: 'https://h', token_file: tok")).toEqual([
      'notify.phone.token_file: expected a file that this user may read; tok gives ENOENT',
    ]);
    expect(lines("type: gotify, url: 'https://h', token: t, token_file: tok")).toEqual([
      'notify.phone.token_file: expected either token or token_file, not both',
    ]);
  });

  test('a literal one in a site file that others can read is a warning', () => {
    const directory = directoryWith({
      'site.yaml': `${SITE}notify: {phone: {type: slack, url: 'https://h/secret'}}\n`,
    });
    const path = join(directory, 'site.yaml');
    expect(loadSite(path, {}).warnings).toEqual([]);
    chmodSync(path, 0o644);
    expect(loadSite(path, {}).warnings).toEqual([expect.stringContaining('all users of this machine can read')]);
  });

  test('in clear text to another machine are a warning; to this machine, and under TLS, they are none', () => {
    const warnings = (url: string, more = '') =>
      load(`${SITE}notify: {phone: {type: gotify, url: '${url}', token: !env T ${more}}}\n`, {}, { T: 't' }).warnings;
    expect(warnings('http://192.168.1.4:8080')).toEqual([
      expect.stringMatching(
        /notify\.phone\.url: alarms and tokens are sent in clear text; https:\/\/ would encrypt them$/,
      ),
    ]);
    for (const url of ['https://h', 'http://localhost:8080', 'http://127.0.0.1/', 'http://[::1]:80'])
      expect([url, warnings(url)]).toEqual([url, []]);
  });
});
