import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Hono } from 'hono';
import { describe, expect, test } from 'vitest';
import type {
  ChosenYaml,
  DiscoverBody,
  SensitivityBody,
  SetupBody,
} from '../../../src/app/dashboard/contract/setup.ts';
import { setupRoutes } from '../../../src/app/dashboard/routes/setup.ts';
import { chosenInputs, chosenYaml } from '../../../src/app/dashboard/setup/chosen-yaml.ts';
import { discoverBody, keyOf } from '../../../src/app/dashboard/setup/found.ts';
import { settingsOf } from '../../../src/app/dashboard/setup/sensitivity.ts';
import { propose, type Proposal } from '../../../src/app/discover/proposal.ts';
import { Survey } from '../../../src/app/discover/survey.ts';
import type { PipelineView } from '../../../src/app/pipeline/view.ts';
import { loadSite } from '../../../src/config/load.ts';
import type { Anomaly } from '../../../src/detect/episode/anomaly.ts';
import { CommandLog } from '../../../src/io/sqlite/tables/command-log.ts';
import type { CommandRecord } from '../../../src/stream/ports/ports.ts';
import { compileTimeZone } from '../../../src/stream/time/time-zone.ts';
import * as c from '../../../src/stream/history/bucket.ts';
import type { SeriesHistory } from '../../../src/stream/history/port.ts';
import { EVIDENCE_KINDS } from '../../../src/detect/evidence/kind.ts';
import { reading, Shelf } from '../../stream/history/shelf.ts';
import { anomaly } from '../../cli/anomaly.ts';
import { directoryWith, load, SITE } from '../../config/site.ts';
import { opened, store } from './database.ts';

const NOW = Date.UTC(2026, 0, 30);
const DAY = 86_400_000;

/** Three rooms with two numbers each, a boiler, and a topic without a signal. */
const found = (): Proposal => {
  const survey = new Survey(compileTimeZone('UTC'));
  for (let i = 0; i < 12; i++) {
    const add = (topic: string, payload: unknown): void => {
      const bytes = Buffer.from(JSON.stringify(payload));
      survey.add({ topic, payload: bytes, receivedAt: NOW + 1000 * i, retained: false, redelivered: false });
    };
    for (const room of ['hall', 'attic', 'cellar'])
      add(`rooms/${room}`, { temperature: 20 + Math.sin(i), humidity: 50 + Math.cos(i), rssi: -60 });
    add('boiler/temperature', 60 + Math.sin(i));
  }
  return propose(survey);
};
const keysOf = ({ inputs }: Proposal, wanted: RegExp): ReadonlySet<string> =>
  new Set(inputs.flatMap((input) => input.fields.map((field) => keyOf(field))).filter((key) => wanted.test(key)));

const chosen = (wanted: RegExp, file: string | null, text: string): ChosenYaml => {
  const proposal = found();
  return chosenYaml(chosenInputs(proposal, keysOf(proposal, wanted)), load(text).site, file);
};

const fileWith = (text: string): string => join(directoryWith({ 'site.yaml': text }), 'site.yaml');

describe('the chosen numbers as YAML', () => {
  test.each([
    ['indented by two', SITE, 2],
    [
      'indented by none, without a line break at the end',
      'site: a\nmqtt: { url: mqtt://b }\ninputs:\n- topic: a\n- topic: b',
      0,
    ],
    [
      'in the middle of the file, indented by four',
      'inputs:\n    - topic: a # first\n\nmqtt: { url: mqtt://b }\nsite: a\n',
      4,
    ],
  ])('are lines for the list of the site file, %s, and the whole file passes', (_, text, indent) => {
    const file = fileWith(text);
    const { mode, yaml, series, ok, problems } = chosen(/humidity/, file, text);
    expect([mode, series, ok, problems]).toEqual(['add', 3, true, []]);
    expect(yaml).toMatch(new RegExp(`^ {${indent}}- topic: rooms/#`, 'm'));
    expect(yaml.match(/.*temperature.*/g)).toEqual([`${' '.repeat(indent)}  exclude: ['*/temperature']`]);
    expect(readFileSync(file, 'utf8')).toBe(text); // nothing is written
  });

  test('pasted at the end of the list they give what the check has loaded', () => {
    const file = fileWith(SITE);
    const { yaml } = chosen(/./, file, SITE);
    const { inputs } = loadSite(fileWith(SITE + yaml)).site;
    expect(inputs.map(({ topic, fields }) => [topic, fields.length])).toEqual([
      ['a', 1],
      ['b', 1],
      ['boiler/temperature', 1],
      ['rooms/#', 1],
    ]);
  });

  test('one of many is named by its path, with the unit and range of its format', () => {
    const { yaml, ok, series } = chosen(/attic.*humidity/, null, SITE);
    expect([ok, series]).toEqual([true, 1]);
    const [{ topic, all, fields }] = load(yaml).site.inputs;
    expect([topic, all, fields]).toMatchObject([
      'rooms/attic',
      null,
      [{ path: 'humidity', name: 'rooms-attic-humidity', unit: '%', range: [0, 100] }],
    ]);
  });

  test('a name that the site has already is a problem', () => {
    const text = `${SITE}  - { topic: x, name: boiler-temperature }\n`;
    const { ok, problems } = chosen(/boiler/, fileWith(text), text);
    expect([ok, problems]).toEqual([false, [expect.stringContaining('boiler-temperature')]]);
  });

  test('a list in brackets is checked too', () => {
    const text = 'site: a\nmqtt: { url: mqtt://b }\ninputs: [{ topic: a }]\n';
    expect(chosen(/./, fileWith(text), text)).toMatchObject({ mode: 'add', ok: true });
  });

  test('a secret of the site file is in no answer', () => {
    const text = `${SITE}  - { topic: x, name: boiler-temperature }\n`.replace(
      'url: mqtt://localhost',
      'url: mqtt://localhost\n  username: pi\n  password: hunter2-secret',
    );
    for (const file of [fileWith(text), null]) expect(JSON.stringify(chosen(/./, file, text))).not.toContain('hunter2');
  });

  test('without a site file they are a whole one, which passes', () => {
    const { mode, yaml, ok, problems, warnings } = chosen(/temperature/, null, SITE);
    expect([mode, ok, problems, warnings]).toEqual(['whole', true, [], []]);
    const { site } = loadSite(fileWith(yaml));
    expect([site.site, site.inputs.map(({ topic }) => topic)]).toEqual(['home', ['boiler/temperature', 'rooms/#']]);
  });

  test('nothing chosen is no site', () => {
    expect(chosen(/nothing/, null, SITE)).toMatchObject({ ok: false, yaml: '', problems: ['Nothing is chosen.'] });
  });
});

test('what was found says which numbers are watched already, and what the others are', () => {
  const state = {
    state: 'done',
    search: 1,
    at: NOW,
    passedMs: 1,
    forMs: 1,
    messages: 48,
    topics: 4,
    error: null,
  } as const;
  const { inputs, notProposed } = discoverBody(
    state,
    found(),
    load(`${SITE}  - { topic: 'rooms/+', path: humidity }\n`).site.inputs,
  );
  expect(inputs.flatMap(({ topic, fields }) => fields.map(({ path, watched }) => [topic, path, watched]))).toEqual([
    ['boiler/temperature', 'boiler/temperature', false],
    ['rooms/#', 'rooms/hall/temperature', false],
    ['rooms/#', 'rooms/hall/humidity', true],
    ['rooms/#', 'rooms/attic/temperature', false],
    ['rooms/#', 'rooms/attic/humidity', true],
    ['rooms/#', 'rooms/cellar/temperature', false],
    ['rooms/#', 'rooms/cellar/humidity', true],
  ]);
  expect(inputs[0].fields[0].last).toBeCloseTo(60 + Math.sin(11), 10);
  expect(notProposed).toEqual([{ why: 'link quality', fields: 3, example: 'rooms/# rssi' }]);
});

test('a list of more than 2,000 numbers is cut, and says so', () => {
  const survey = new Survey(compileTimeZone('UTC'));
  for (let i = 0; i < 2_300; i++)
    survey.add({
      ...{ topic: `rooms/${i}/temperature`, payload: Buffer.from('20'), receivedAt: NOW },
      ...{ retained: false, redelivered: false },
    });
  const state = {
    state: 'done',
    search: 1,
    at: NOW,
    passedMs: 1,
    forMs: 1,
    messages: 1,
    topics: 1,
    error: null,
  } as const;
  const { inputs, inputsBeyond } = discoverBody(state, propose(survey), []);
  expect([inputs.length, inputs[0].fields.length, inputsBeyond]).toEqual([1, 2_000, 300]);
});

const status = (rest: object = {}) => ({
  ...{ stream: 'hall', series: [{ slug: 'hall', label: 'Hall' }] },
  ...{ sensitivity: 1, siteSensitivity: 1, sensitivitySet: null, ...rest },
});

const served = (streams: readonly object[] = [status()], history: SeriesHistory | null = null) => {
  const db = opened();
  const app = new Hono();
  const view = { streams: () => streams, historyOf: () => history } as unknown as PipelineView;
  // Port 1 of this machine: nobody listens there.
  const { site } = load(SITE.replace('mqtt://localhost', 'mqtt://127.0.0.1:1'));
  setupRoutes({ site: () => site, file: null, now: () => NOW, pipeline: () => view, db })(app);
  const post = (path: string, body: unknown) =>
    app.request(`/api/${path}`, { method: 'POST', body: JSON.stringify(body) });
  return { db, get: (path: string) => app.request(`/api/${path}`), post };
};

const event = (days: number, score: number, rest: Partial<Anomaly> = {}): Anomaly => {
  const startAt = NOW - days * DAY;
  const times = { startAt, openedAt: startAt, peakAt: startAt, endAt: startAt + 1 };
  return anomaly({ id: `hall-p${startAt.toString(36)}`, ...times, score, ...rest });
};

const setting = (id: string, days: number, value: number | null): CommandRecord => ({
  ...{ row: null, id, at: NOW - days * DAY, source: 'cli', by: null, command: 'sensitivity', series: 'hall' },
  ...{ status: 'done', code: null, reply: '{}', undo: '{}' },
  request: JSON.stringify({ command: 'sensitivity', value }),
});

describe('past events and the sensitivity', () => {
  test('an event needs the sensitivity at which its score would be above 1; it does not matter for sensors and drifts', async () => {
    const { db, get } = served();
    const events = [
      event(4, 1.5),
      event(3, 1 + Math.log10(2)),
      event(2, Infinity),
      event(1.5, 3, { id: 'hall-s1', kind: 'sensor' }),
      event(1, 3, { id: 'hall-d1', kind: 'drift' }),
      event(40, 2),
    ];
    store(db, events);
    new CommandLog(db).addLabel({
      ...{ id: 'l', stream: 'hall', series: 'hall', kind: 'normal', event: events[1].id, note: null },
      ...{ from: events[1].startAt, until: events[1].startAt },
    });
    const body = (await (await get('sensitivity?stream=hall')).json()) as SensitivityBody;
    expect(body).toMatchObject({
      knownUpTo: 1,
      beyond: false,
      stream: { stream: 'hall', series: null, label: 'Hall' },
    });
    const needs = body.events.map(({ id, need, verdict }) => [
      id,
      need === null ? null : Number(need.toFixed(6)),
      verdict,
    ]);
    expect(needs).toEqual([
      ['hall-d1', null, null],
      ['hall-s1', null, null],
      [events[2].id, 0, null],
      [events[1].id, 0.5, 'normal'], // 1 / 2
      [events[0].id, 0.316228, null], // 10^-0.5
    ]);
  });

  test('a score counts by the sensitivity at its time: before and after commands, and after an undo', async () => {
    const { db, get } = served([status({ sensitivity: 1 })]);
    const log = new CommandLog(db);
    log.record(setting('a', 20, 2));
    log.record(setting('b', 10, 0.5));
    log.record({ ...setting('c', 5, 0), command: 'undo', request: '{"command":"undo","of":"b"}' });
    log.setUndone('b', 'c');
    log.record(setting('d', 2, null));
    store(
      db,
      [25, 15, 8, 4, 1].map((days) => event(days, 2)),
    );
    const body = (await (await get('sensitivity?stream=hall')).json()) as SensitivityBody;
    // A score of 2 needs a tenth of the sensitivity then.
    expect(body.events.map(({ need }) => Number(need!.toFixed(3)))).toEqual([0.1, 0.2, 0.05, 0.2, 0.1]);
    expect(body.knownUpTo).toBe(0.5);
  });

  test('a command whose undo is not stored any more counts', () => {
    const commands = [{ id: 'a', at: 5, request: '{"value":3}', undoneBy: 'gone' }];
    expect(settingsOf(commands, () => null, 1)).toEqual([
      { at: -Infinity, sensitivity: 1 },
      { at: 5, sensitivity: 3 },
    ]);
  });

  test('with a history, events below the alarm line are known by their scores, down to a score of a half', async () => {
    const history = new Shelf();
    const score = (days: number, value: number, minutes = 0) => {
      const scores = { [c.SCORE]: value, [c.KIND]: EVIDENCE_KINDS.indexOf('level') };
      history.ring.add(NOW - days * DAY + minutes * 60_000, reading(20, scores));
    };
    for (let d = 20; d > 12; d -= 0.25) score(d, 0.2);
    score(12, 0.7);
    score(12, 0.9, 40); // the same event
    score(11, 0.501); // below the line there is no rate
    score(10, 1.2); // in the warm-up or the cool-down
    score(9, 0.8); // while an alarm is open
    score(8, 0.6);
    const { db, get } = served([status()], history);
    const open = event(9, 2, { startAt: NOW - 9 * DAY - 1000 });
    store(db, [open]);
    const body = (await (await get('sensitivity?stream=hall')).json()) as SensitivityBody;
    expect(body.events.map(({ id, need }) => [id, Number(need!.toFixed(3))])).toEqual([
      [null, 2.512], // 10^(1 - 0.6)
      [open.id, 0.1],
      [null, 1.259], // 10^(1 - 0.9)
    ]);
    expect(body.events[2].reason).toBe('a: highest score 0.90, mostly level');
    expect(body.knownUpTo).toBeCloseTo(10 ** (1 - 0.501), 2);
    expect(body.scoresSince).toBeLessThanOrEqual(NOW - 20 * DAY);
    expect(body.scoresSince).toBeGreaterThan(NOW - 21 * DAY);
  });

  test('a stream that is not there is refused', async () => {
    expect((await served().get('sensitivity?stream=attic')).status).toBe(404);
  });
});

test('the page is told the streams with their sensitivities, those of a group by its series', async () => {
  const group = status({
    stream: 'pump',
    series: [{ slug: 'flow' }, { slug: 'power' }],
    sensitivity: 2,
    sensitivitySet: 2,
  });
  const body = (await (await served([status(), group]).get('setup')).json()) as SetupBody;
  expect(body).toEqual({
    ...{ now: NOW, mode: 'whole', file: null },
    streams: [
      { stream: 'hall', series: null, label: 'Hall', sensitivity: 1, ofSite: 1, set: null },
      { stream: 'pump', series: ['flow', 'power'], label: null, sensitivity: 2, ofSite: 1, set: 2 },
    ],
  });
});

describe('a search', () => {
  test.each([
    {},
    { forMs: '30s' },
    { forMs: 999 },
    { forMs: 600_001 },
    { forMs: 5000, filters: [] },
    { forMs: 5000, filters: ['a/#/b'] },
    { forMs: 5000, filters: [1] },
    { forMs: 5000, filters: Array.from({ length: 9 }, () => '#') },
    [],
  ])('%j is refused', async (body) => {
    expect((await served().post('discover', body)).status).toBe(400);
  });

  test('runs alone; one without a broker fails with the reason, and another one can begin', async () => {
    const { get, post } = served();
    expect(((await (await get('discover')).json()) as DiscoverBody).state).toBe('idle');
    const answers = await Promise.all([post('discover', { forMs: 1000 }), post('discover', { forMs: 1000 })]);
    expect(answers.map((answer) => answer.status)).toEqual([202, 409]);
    const ended = async (): Promise<DiscoverBody> => {
      const body = (await (await get('discover')).json()) as DiscoverBody;
      if (body.state !== 'running') return body;
      await new Promise((resolve) => setTimeout(resolve, 20));
      return ended();
    };
    expect(await ended()).toMatchObject({
      state: 'failed',
      search: 1,
      error: expect.stringContaining('127.0.0.1:1') as string,
    });
    expect((await post('discover', { forMs: 1000 })).status).toBe(202);
    expect(await ended()).toMatchObject({ state: 'failed', search: 2 });
    expect((await post('discover/yaml', { search: 1, fields: [] })).status).toBe(409);
  });
});
