import { describe, expect, test } from 'vitest';
import { failure, SITE } from './site.ts';

/** Each line of `yaml` under a sound site; what is said about it, with the line counted from there. */
const about = (yaml: string): string[] => {
  const { code, lines } = failure(SITE + yaml);
  expect(code).toBe('config_invalid');
  const above = SITE.split('\n').length - 1;
  return lines.map((line) => line.replace(/^site\.yaml:(\d+)/, (_, at: string) => String(Number(at) - above)));
};

test('every mistake at once, in the order of the file', () => {
  const yaml = `site: Home
inputs:
  - topic: a
    thresold: 3
    tuning:
      cell: gruu
  - topic: b/#/c
    range: [5, 1]
  - path: x
tuning:
  horizon: 8
  train_every: 20
  warmup: lots
mqtt:
  keepalive: 20
colour: red
`;
  expect(failure(yaml)).toEqual({
    code: 'config_invalid',
    lines: [
      'site.yaml:1:7: site: expected a slug: at most 64 lower-case letters, digits, "_" and "-", with a letter or digit at both ends; got "Home"',
      'site.yaml:4:5: inputs[0].thresold: unknown option "thresold"',
      'site.yaml:6:13: inputs[0].tuning.cell: expected one of gru, lstm, rnn, elementwise; got "gruu"; did you mean "gru"?',
      'site.yaml:7:12: inputs[1].topic: expected a topic filter in which "+" stands alone in its level and "#" alone in the last, without $share; got "b/#/c"',
      'site.yaml:8:12: inputs[1].range: expected [min, max] with min below max; got [5, 1]',
      'site.yaml:9:5: inputs[2].topic: required: expected a topic filter in which "+" stands alone in its level and "#" alone in the last, without $share',
      'site.yaml:13:11: tuning.warmup: expected a whole number from 1 to 1000000; got "lots"',
      'site.yaml:14:1: mqtt.url: required: expected mqtt://, mqtts://, ws:// or wss://, then the host, with no username or password in it',
      'site.yaml:15:14: mqtt.keepalive: expected a duration from 0s to 18h such as "30s", "5m" or "1h30m"; got 20',
      'site.yaml:16:1: colour: unknown option "colour"',
    ],
  });
});

test('an empty file says what a site needs', () => {
  expect(failure('# nothing yet\n').lines.map((line) => line.split(': ').slice(0, 3).join(': '))).toEqual([
    'site.yaml:1:1: site: required',
    'site.yaml:1:1: mqtt: required',
    'site.yaml:1:1: inputs: required',
  ]);
  expect(failure('just text').lines).toEqual(['site.yaml:1:1: expected a section with options']);
});

test('a topic that is a comment to YAML', () => {
  const { lines } = failure('site: s\nmqtt: { url: mqtt://b }\ninputs:\n  - topic: #\n  - topic:\n');
  expect(lines[0]).toMatch(
    /^site.yaml:4:5: inputs\[0\].topic: required: .*\. "#" begins a comment here; put the value in quotes$/,
  );
  expect(lines[1]).not.toContain('comment');
});

describe('one option', () => {
  test.each([
    [
      'http: {listen: 8787}',
      '1:16: http.listen: expected an address and a port such as 127.0.0.1:8787 or [::1]:8787; got 8787',
    ],
    [
      'health: {no_data_after: 5s}',
      '1:25: health.no_data_after: expected never or a duration of at least 1m such as "30m" or "2d"; got "5s"',
    ],
    ['tunning: {cell: gru}', '1:1: tunning: unknown option "tunning"; did you mean "tuning"?'],
    ['sensitivity: 2', '1:1: sensitivity: unknown option "sensitivity"; did you mean "tuning.sensitivity"?'],
    ['tuning: {hiden_size: 3}', '1:10: tuning.hiden_size: unknown option "hiden_size"; did you mean "hidden_size"?'],
    ['tuning: {constructor: 3}', '1:10: tuning.constructor: unknown option "constructor"'],
    ['tuning: {hidden_size: 129}', '1:23: tuning.hidden_size: expected a whole number from 1 to 128; got 129'],
    ['tuning: {hidden_size: 1.5}', '1:23: tuning.hidden_size: expected a whole number from 1 to 128; got 1.5'],
    ['tuning: {hysteresis: 1.1}', '1:22: tuning.hysteresis: expected a number from 0 to 1; got 1.1'],
    ['tuning: {learning_rate: 0}', '1:25: tuning.learning_rate: expected a number above 0, at most 0.1; got 0'],
    ['tuning: {peepholes: yes}', '1:21: tuning.peepholes: expected true or false; got "yes"'],
    [
      'tuning: {cool_down: 1 hour}',
      '1:21: tuning.cool_down: expected a duration such as "30s", "5m" or "1h30m"; got "1 hour"',
    ],
    [
      'tuning: {silent_after: nevr}',
      '1:24: tuning.silent_after: expected auto, never or a duration such as "30s", "5m" or "1h30m"; got "nevr"',
    ],
    [
      'retention: {keep: 3h}',
      '1:19: retention.keep: expected forever or a duration of at least 1d such as "90d" or "52w"; got "3h"',
    ],
    [
      'retention: {keep: always}',
      '1:19: retention.keep: expected forever or a duration of at least 1d such as "90d" or "52w"; got "always"',
    ],
    [
      'retention: {max_megabytes: 8}',
      '1:28: retention.max_megabytes: expected a whole number from 16 to 1000000; got 8',
    ],
    [
      'tuning: {stuck_after: 1}',
      '1:23: tuning.stuck_after: expected auto, never or a whole number of at least 2; got 1',
    ],
    ['tuning: [1]', '1:9: tuning: expected a section with options; got [1]'],
    [
      'snapshots: {every: 30d}',
      '1:20: snapshots.every: expected a duration from 1s to 1d such as "30s", "5m" or "1h30m"; got "30d"',
    ],
    ['timezone: Berlin', '1:11: timezone: expected an IANA time zone such as Europe/Berlin; got "Berlin"'],
    [
      'log: {level: warning}',
      '1:14: log.level: expected one of fatal, error, warn, info, debug, trace, silent; got "warning"',
    ],
    [
      'log: {level: infos}',
      '1:14: log.level: expected one of fatal, error, warn, info, debug, trace, silent; got "infos"; did you mean "info"?',
    ],
    [
      'groups: {g: {series: [a]}}',
      '1:22: groups.g.series: expected at least two series; one alone needs no group; got ["a"]',
    ],
    [
      'groups: {Pump: {series: [a, b]}}',
      '1:10: groups.Pump: expected a slug: at most 64 lower-case letters, digits, "_" and "-", with a letter or digit at both ends; got "Pump"',
    ],
    ['tuning: {sensitivity: .inf}', '1:23: tuning.sensitivity: expected a number from 0.1 to 10; got Infinity'],
    ['tuning: !env {cell: gru}', '1:14: tuning: expected a name after !env'],
    ['database: !envv X', '1:17: database: unknown tag !envv; expected !secret or !env; did you mean "!env"?'],
  ])('%s', (yaml, line) => {
    expect(about(`${yaml}\n`)).toEqual([line]);
  });
});

describe('an input', () => {
  test.each([
    [
      '{topic: $share/g/a}',
      '1:13: inputs[2].topic: expected a topic filter in which "+" stands alone in its level and "#" alone in the last, without $share; got "$share/g/a"',
    ],
    [
      '{topic: zankyo/#}',
      '1:13: inputs[2].topic: expected a topic outside "zankyo", because zankyo publishes under that prefix (mqtt.prefix)',
    ],
    [
      '{topic: c, path: a..b}',
      '1:22: inputs[2].path: expected a JSON path such as temperature, ENERGY.Power, [0].v or ["temperature:0"].tC; got "a..b"',
    ],
    ['{topic: c, max_step: 0}', '1:26: inputs[2].max_step: expected a number above 0, at most 1e+30; got 0'],
    ['{topic: c, counter: week}', '1:25: inputs[2].counter: expected one of second, minute, hour, day; got "week"'],
    ['{topic: c, missing_values: [x]}', '1:33: inputs[2].missing_values[0]: expected a number; got "x"'],
    ['{topic: c, range: [1]}', '1:23: inputs[2].range: expected [min, max] with min below max; got [1]'],
    ['{topic: c, only: up}', '1:22: inputs[2].only: expected one of both, above, below; got "up"'],
    [
      '{topic: c, name: "{3"}',
      '1:22: inputs[2].name: expected a name, which may contain {1}, {2}, {topic} and {path}; got "{3"',
    ],
    ['{topic: c/+, name: "{2}-x"}', '1:24: inputs[2].name: {2} asks for wildcard 2, and the topic has 1'],
    ['{topic: c, name: "°"}', '1:22: inputs[2].name: expected a name with at least one letter a-z or digit'],
    ['{topic: c, name: a}', '1:22: inputs[2].name: series "a" is used above; expected a unique name'],
    ['{topic: c, label: " "}', '1:23: inputs[2].label: expected text of 1 to 64 characters on one line; got " "'],
    [
      "{topic: c/+, name: '{1}', label: Hall}",
      '1:38: inputs[2].label: one label, and the name "{1}" gives several series; expected a name without {1} or {topic}, or no label',
    ],
    ['{topic: c, fields: []}', '1:24: inputs[2].fields: expected at least one field; got []'],
    [
      '{topic: c, unit: V, fields: [{path: x}]}',
      '1:16: inputs[2].unit: expected in each element of fields; beside the topic only if there are no fields',
    ],
    [
      '{topic: c, fields: [{path: x, unitt: V}]}',
      '1:35: inputs[2].fields[0].unitt: unknown option "unitt"; did you mean "unit"?',
    ],
    [
      '{topic: c, fields: [{path: x}, {path: x}]}',
      '1:36: inputs[2].fields[1].name: series "c-x" is used above; expected a unique name',
    ],
  ])('- %s', (input, line) => {
    expect(about(`  - ${input}\n`)).toEqual([line]);
  });

  test('a prefix of our own choice is guarded, and its namesakes are not', () => {
    const yaml = (topic: string): string =>
      `site: s\nmqtt: {url: 'mqtt://h', prefix: plant/watch}\ninputs: [{topic: ${topic}}]\n`;
    expect(failure(yaml('plant/watch')).lines).toHaveLength(1);
    expect(() => failure(yaml('plant/watchdog'))).toThrow('the site was accepted');
  });
});

describe('options that contradict each other', () => {
  test.each([
    [
      'tuning: {peepholes: true}',
      [
        '1:21: tuning.peepholes: only an lstm has peepholes, and cell is gru here; expected cell: lstm or peepholes: false',
      ],
    ],
    [
      'tuning: {train_every: 17}',
      ['1:23: tuning.train_every: expected train_every of at most horizon; got train_every 17 and horizon 16'],
    ],
    [
      'tuning: {cell: lstm, peepholes: true, train_every: 4}\ngroups: {g: {series: [a, b], tuning: {cell: gru, horizon: 2}}}',
      [
        '2:45: groups.g.tuning.cell: only an lstm has peepholes, and cell is gru here; expected cell: lstm or peepholes: false',
        '2:59: groups.g.tuning.horizon: expected train_every of at most horizon; got train_every 4 and horizon 2',
      ],
    ],
    [
      'groups: {g: {series: [a, b]}, h: {series: [b, a]}}',
      [
        '1:44: groups.h.series[0]: series "b" is already in group g; a series can be in one group only',
        '1:47: groups.h.series[1]: series "a" is already in group g; a series can be in one group only',
      ],
    ],
    [
      'groups: {g: {series: [a, a]}}',
      ['1:26: groups.g.series[1]: series "a" is already in group g; a series can be in one group only'],
    ],
    [
      'groups: {a: {series: [a, b]}}',
      ['1:10: groups.a: expected a name that is not the name of a series; "a" is one of inputs'],
    ],
    ['groups: {g: {series: [a, bb]}}', ['1:26: groups.g.series[1]: no input gives a series "bb"; did you mean "b"?']],
    [
      '  - {topic: x, tuning: {warmup: 5}}\ngroups: {g: {series: [a, x]}}',
      ['1:16: inputs[2].tuning: group g learns series "x"; put this under groups.g.tuning'],
    ],
    [
      '  - {topic: x, fields: [{name: y, tuning: {warmup: 5}}]}\ngroups: {g: {series: [a, y]}}',
      ['1:35: inputs[2].fields[0].tuning: group g learns series "y"; put this under groups.g.tuning'],
    ],
  ])('%s', (yaml, lines) => {
    expect(about(`${yaml}\n`)).toEqual(lines);
  });

  test('two ways to give a password, and half a certificate', () => {
    const yaml = SITE.replace(
      'url: mqtt://localhost',
      'url: mqtts://h\n  password: hunter2\n  password_file: pw\n  tls: {cert: c.pem}',
    );
    expect(failure(yaml).lines).toEqual([
      'site.yaml:5:3: mqtt.password_file: expected either password or password_file, not both',
      'site.yaml:6:9: mqtt.tls.cert: expected key as well; both are required',
    ]);
  });

  test('a name with a wildcard may give a series, and a broken input might', () => {
    expect(() => failure(`${SITE}  - {topic: c/+, name: '{1}-t'}\ngroups: {g: {series: [a, x-t]}}\n`)).toThrow(
      'accepted',
    );
    expect(about(`  - {topic: c/+, name: '{1}-t'}\ngroups: {g: {series: [a, x-h]}}\n`)).toEqual([
      '2:26: groups.g.series[1]: no input gives a series "x-h"',
    ]);
    expect(about(`  - {topic: c, nam: x}\ngroups: {g: {series: [a, x]}}\n`)).toEqual([
      '1:16: inputs[2].nam: unknown option "nam"; did you mean "name"?',
    ]);
  });
});

test('an unknown group member is reported together with mistakes elsewhere', () => {
  const yaml = `  - {topic: c, unitt: x}
  - {topic: d/+, name: '{1}-t', range: [5, 1]}
  - {topic: e, fields: [{path: v, name: e, only: up}]}
groups:
  g: {series: [nope, a, e, hall-t], tuning: {cel: gru}}
  h: {series: [b, Nope, no]}
`;
  expect(about(yaml).filter((line) => line.includes('groups'))).toEqual([
    '5:16: groups.g.series[0]: no input gives a series "nope"',
    '5:46: groups.g.tuning.cel: unknown option "cel"; did you mean "cell"?',
    expect.stringContaining('6:19: groups.h.series[1]: expected a slug') as string,
    '6:25: groups.h.series[2]: no input gives a series "no"',
  ]);
});

describe('the influence matrix of rtrl', () => {
  const TOO_MUCH = 'the influence matrix of rtrl would take';
  const wayOut = (most: number): string =>
    `expected hidden_size of at most ${most}, learner: snap1, or cell: elementwise`;

  test.each([
    ['tuning: {cell: lstm, learner: rtrl, hidden_size: 128}', '1:50: tuning.hidden_size', '138 MiB', 98],
    [
      '  - {topic: c, tuning: {cell: lstm, hidden_size: 128}}\ntuning: {learner: rtrl}',
      '1:50: inputs[2].tuning.hidden_size',
      '138 MiB',
      98,
    ],
    [
      'tuning: {cell: lstm, hidden_size: 128}\ngroups: {g: {series: [a, b], tuning: {learner: rtrl}}}',
      '2:48: groups.g.tuning.learner',
      '142 MiB',
      97,
    ],
    [
      'tuning: {learner: rtrl, hidden_size: 128}\ngroups: {g: {series: [a, b], tuning: {cell: lstm}}}',
      '2:30: groups.g.tuning',
      '142 MiB',
      97,
    ],
    // Two series are too many where one is not: 8 * 196 * 4 * 98 * (12 + 98 + 2) bytes are a little more than 64 MiB.
    [
      'tuning: {cell: lstm, learner: rtrl, hidden_size: 98}\ngroups: {g: {series: [a, b]}}',
      '2:14: groups.g.series',
      '66 MiB',
      97,
    ],
  ])('%s', (yaml, place, figure, most) => {
    const [line, ...more] = about(`${yaml}\n`);
    expect(more).toEqual([]);
    expect(line).toContain(`${place}: ${TOO_MUCH}`);
    expect(line).toContain(` ${figure} for one stream`);
    expect(line).toContain(wayOut(most));
  });

  test('is refused nowhere else', () => {
    for (const cell of ['rnn', 'gru', 'lstm', 'elementwise'])
      for (const learner of ['tbptt', 'snap1', 'rtrl'])
        expect(() => failure(`${SITE}tuning: {cell: ${cell}, learner: ${learner}}\n`)).toThrow('the site was accepted');
    expect(() => failure(`${SITE}tuning: {cell: elementwise, learner: rtrl, hidden_size: 128}\n`)).toThrow('accepted');
  });
});

test('train_every above horizon is a mistake of tbptt only', () => {
  const yaml = (learner: string): string => `tuning: {learner: ${learner}, horizon: 4, train_every: 8}\n`;
  expect(about(yaml('tbptt'))).toEqual([
    '1:51: tuning.train_every: expected train_every of at most horizon; got train_every 8 and horizon 4',
  ]);
  expect(() => failure(SITE + yaml('snap1'))).toThrow('the site was accepted');
  expect(
    about(
      `tuning: {learner: snap1, horizon: 4, train_every: 8}\ngroups: {g: {series: [a, b], tuning: {learner: tbptt}}}\n`,
    ),
  ).toEqual([
    '2:48: groups.g.tuning.learner: expected train_every of at most horizon; got train_every 8 and horizon 4',
  ]);
});
