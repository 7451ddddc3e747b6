import { expect, test } from 'vitest';
import type { Anomaly, AnomalyEvent } from '../../../src/detect/episode/anomaly.ts';
import type { ModeReturn } from '../../../src/detect/episode/operating-mode.ts';
import type { Incident } from '../../../src/detect/episode/incidents.ts';
import {
  alertsOver,
  eventJson,
  habitJson,
  healthJson,
  incidentJson,
  modeJson,
  seriesOfTopic,
  stateJson,
  statusTopic,
} from '../../../src/io/mqtt/alerts.ts';
import { eventSchema } from '../../../src/io/mqtt/messages.ts';
import type { Health } from '../../../src/stream/health.ts';
import type { SeriesState } from '../../../src/stream/ports/ports.ts';
import { habit } from '../../habit.ts';

const AT = Date.UTC(2026, 0, 5, 7, 30, 15, 250);

const state = (rest: Partial<SeriesState> = {}): SeriesState => ({
  slug: 'hall',
  label: null,
  at: AT,
  phase: 'ready',
  warmup: 1,
  readyInMs: 0,
  unseen: [],
  heldUntil: null,
  coolDownUntil: null,
  sameEventUntil: AT,
  value: 0.1 + 0.2,
  expected: 20.123456789,
  lower: -1e-9 / 3,
  upper: 123456789,
  score: 0.5,
  anomaly: 'OFF',
  drift: 'OFF',
  frozen: 'OFF',
  frozenUntil: null,
  sensitivity: 1,
  muted: 'OFF',
  maintenance: 'ON',
  maintenanceUntil: Date.UTC(2026, 0, 5, 9),
  margin: 1 / 3,
  mode: null,
  unit: '°C',
  ...rest,
});

const event = (phase: AnomalyEvent['phase'], rest: Partial<Anomaly> = {}): AnomalyEvent => ({
  phase,
  at: AT,
  anomaly: {
    id: 'trio-pmk1',
    stream: 'trio',
    series: 'hall',
    kind: 'process',
    severity: 'major',
    startAt: AT - 60_000,
    openedAt: AT - 30_000,
    peakAt: AT,
    endAt: null,
    endedBy: null,
    confidence: 0.9,
    score: 10 / 3,
    value: 30,
    expected: 20,
    lower: 19,
    upper: 21,
    unit: '°C',
    contributions: { hall: 2 / 3, attic: 1 / 3 },
    evidence: { level: 1 / 7, step: 6 / 7 },
    incident: 'attic-p0',
    reason: 'hall jumped to 30 °C; 20 °C was expected, usually 19 to 21 °C.',
    ...rest,
  },
});

test('a state on the wire: six digits, times in ISO 8601', () => {
  expect(stateJson(state())).toBe(
    '{"schema":1,"phase":"ready","warmup":1,"ready_in":0,"unseen":[],"held_until":null,"cool_down_until":null,"same_event_until":"2026-01-05T07:30:15.250Z","value":0.3,"expected":20.1235,"lower":-3.33333e-10,"upper":123457000,"score":0.5,' +
      '"anomaly":"OFF","drift":"OFF","frozen":"OFF","frozen_until":null,"sensitivity":1,"muted":"OFF","maintenance":"ON","maintenance_until":"2026-01-05T09:00:00.000Z","margin":0.333333,"mode":null,"unit":"°C","label":null,"at":"2026-01-05T07:30:15.250Z"}',
  );
});

test('what is not known is null', () => {
  const unknown = { value: null, expected: null, lower: null, upper: null, score: null };
  expect(JSON.parse(stateJson(state(unknown)))).toMatchObject(unknown);
});

test('an event on the wire', () => {
  expect(eventJson(event('opened'))).toBe(
    '{"schema":1,"event_type":"opened","id":"trio-pmk1","message_id":"trio-pmk1-opened","at":"2026-01-05T07:30:15.250Z",' +
      '"stream":"trio","series":"hall","label":null,"kind":"process","severity":"major","start":"2026-01-05T07:29:15.250Z",' +
      '"opened":"2026-01-05T07:29:45.250Z","peak":"2026-01-05T07:30:15.250Z","end":null,"ended_by":null,"held_until":null,"cool_down_until":null,' +
      '"score":3.33333,"confidence":0.9,"value":30,"expected":20,"lower":19,"upper":21,"gap":null,' +
      '"unit":"°C","contributions":{"hall":0.666667,"attic":0.333333},"evidence":{"level":0.142857,"step":0.857143},' +
      '"reason":"hall jumped to 30 °C; 20 °C was expected, usually 19 to 21 °C.","incident":"attic-p0"}',
  );
});

test('until when an open episode is held, and until when a closed one keeps others from opening', () => {
  expect(JSON.parse(eventJson({ ...event('opened'), heldUntil: AT + 86_400_000 }))).toMatchObject({
    held_until: '2026-01-06T07:30:15.250Z',
    cool_down_until: null,
  });
  expect(JSON.parse(eventJson({ ...event('closed'), coolDownUntil: AT + 3_600_000 }))).toMatchObject({
    held_until: null,
    cool_down_until: '2026-01-05T08:30:15.250Z',
  });
  expect(JSON.parse(stateJson(state({ heldUntil: AT + 1000 })))).toMatchObject({
    held_until: '2026-01-05T07:30:16.250Z',
    cool_down_until: null,
  });
});

const incident: Incident = {
  id: 'hall-p1',
  startAt: AT - 60_000,
  endAt: null,
  severity: 'major',
  episodes: 2,
  open: 1,
  series: ['hall', 'attic'],
  reason: 'why',
};

test('an incident on the wire, and how its news are told apart', () => {
  expect(incidentJson({ phase: 'opened', at: AT, incident })).toBe(
    '{"schema":1,"event_type":"opened","id":"hall-p1","message_id":"hall-p1-incident-opened","at":"2026-01-05T07:30:15.250Z",' +
      '"severity":"major","start":"2026-01-05T07:29:15.250Z","end":null,"episodes":2,"open":1,' +
      '"series":["hall","attic"],"reason":"why"}',
  );
  const id = (changed: Partial<Incident>): unknown =>
    (
      JSON.parse(incidentJson({ phase: 'updated', at: AT, incident: { ...incident, ...changed } })) as {
        message_id: unknown;
      }
    ).message_id;
  expect(new Set([id({}), id({ episodes: 3 }), id({ severity: 'critical' })]).size).toBe(3);
  expect(id({ open: 2 })).toBe(id({}));
});

test('a habit on the wire; one that has become a habit again has another message id', () => {
  const json = habitJson(habit({ to: 60 / 3, perWeek: 170 / 3 }));
  expect(json).toBe(
    '{"schema":1,"event_type":"habit","id":"sump-level-hmk1","message_id":"sump-level-hmk1-mwuhucw0","at":"2026-11-24T09:30:00.000Z",' +
      '"stream":"sump","series":"sump-level","label":null,"since":"2026-11-21T06:00:00.000Z",' +
      '"last":"2026-11-24T09:00:00.000Z","from":80,"to":20,"length_ms":1500000,"per_week":56.6667,"unit":"%","reason":' +
      '"sump-level drops from 80 % to 20 % for about 25 min about 8 times a day; zankyo treats this as normal from now on."}',
  );
  const again = JSON.parse(habitJson(habit({ label: 'Sump', at: habit().at + 36 }))) as Record<string, unknown>;
  expect(again).toMatchObject({ label: 'Sump', id: 'sump-level-hmk1', message_id: 'sump-level-hmk1-mwuhucx0' });
});

test('a message id tells the same news from other news of the same episode', () => {
  const id = (...given: Parameters<typeof event>): unknown =>
    (JSON.parse(eventJson(event(...given))) as { message_id: unknown }).message_id;
  const news = [
    id('opened'),
    id('updated'),
    id('updated', { severity: 'critical' }),
    id('closed', { endAt: AT }),
    id('opened', { id: 'trio-pmk2' }),
  ];
  expect(new Set(news).size).toBe(news.length);
  expect(id('updated', { score: 3.4 })).toBe(id('updated'));
  const moved = [1, 2].map(
    (move) => JSON.parse(eventJson({ ...event('updated'), levelChange: move })) as { message_id: unknown },
  );
  expect(new Set([...news, ...moved.map(({ message_id }) => message_id)]).size).toBe(news.length + 2);
});

test('the topic of a state names its series; other topics name none', () => {
  expect(seriesOfTopic('house/watch/home/series/cellar-1/state', 'house/watch', 'home')).toBe('cellar-1');
  const others = ['zankyo/home/series/hall/state', 'house/watch/barn/series/hall/state', 'house/watch/home/health'];
  for (const topic of others) expect(seriesOfTopic(topic, 'house/watch', 'home')).toBeNull();
});

test('health on the wire', () => {
  const health: Health = {
    at: AT,
    version: '0.1.0',
    uptimeMs: 90_400,
    memory: { rss: 120_000_000, heap: 40_000_000 },
    broker: 'connected',
    connections: 2,
    learning: 'full',
    readings: 20,
    untrained: 0,
    rejected: { late: 2 },
    streams: { learning: 1, ready: 2, silent: 0 },
    alarms: { process: 1, drift: 0, sensor: 0 },
    commands: { done: 3, refused: 1 },
    queues: { mqtt: 1, database: 0, notify: 2 },
    droppedEvents: 3,
    droppedWrites: 4,
    problems: [{ code: 'no_data', subject: 's/+', text: 's/+: no message for 2 h.', since: AT - 7_200_000 }],
  };
  expect(healthJson(health)).toBe(
    '{"schema":1,"version":"0.1.0","uptime":90,"memory":{"rss":120000000,"heap":40000000},"broker":"connected","connections":2,' +
      '"learning":"full","readings":20,"untrained":0,"rejected":{"late":2},"streams":{"learning":1,"ready":2,"silent":0},' +
      '"alarms":{"process":1,"drift":0,"sensor":0},"commands":{"done":3,"refused":1},"queues":{"mqtt":1,"database":0,"notify":2},' +
      '"dropped_events":3,"dropped_writes":4,"problems":[{"code":"no_data","subject":"s/+",' +
      '"text":"s/+: no message for 2 h.","since":"2026-01-05T05:30:15.250Z"}],"at":"2026-01-05T07:30:15.250Z"}',
  );
});

const mode = (): ModeReturn => ({
  id: 'fan-mmk6',
  stream: 'plant',
  series: 'fan',
  unit: 'kW',
  at: AT,
  from: 0.04,
  level: 2.9123456789,
  since: NaN,
  lastAt: AT - 60_000,
  times: 4,
  reason: 'fan has been back at 2.9 kW.',
});

test('the return to a level has its numbers, and null for a time that is not known', () => {
  const message: unknown = JSON.parse(modeJson(mode()));
  expect(message).toMatchObject({ event_type: 'mode', id: 'fan-mmk6', level: 2.91235, since: null, times: 4 });
  expect(eventSchema.safeParse(message).success).toBe(true);
});

test('each has its topic: a sensor is told under its series, all else under the stream', () => {
  const published: string[] = [];
  const states = {
    publish: (topic: string, payload: string) => published.push(`state ${topic} ${payload.slice(0, 20)}`),
  };
  const outbox = { add: (topic: string, payload: string) => published.push(`event ${topic} ${payload.slice(0, 25)}`) };
  const alerts = alertsOver(outbox, states, 'house/watch', 'home');
  alerts.state(state());
  alerts.event(event('opened'));
  alerts.event(event('opened', { kind: 'sensor' }));
  alerts.incident({ phase: 'opened', at: AT, incident });
  alerts.habit(habit());
  alerts.mode(mode());
  expect(published).toEqual([
    'state house/watch/home/series/hall/state {"schema":1,"phase":',
    'event house/watch/home/series/trio/event {"schema":1,"event_type":',
    'event house/watch/home/series/hall/event {"schema":1,"event_type":',
    'event house/watch/home/incident/event {"schema":1,"event_type":',
    'event house/watch/home/series/sump/event {"schema":1,"event_type":',
    'event house/watch/home/series/plant/event {"schema":1,"event_type":',
  ]);
  expect(statusTopic('house/watch', 'home')).toBe('house/watch/home/status');
});

test('a label is a field of its own, null where there is none', () => {
  const labelOf = (json: string): unknown => (JSON.parse(json) as { label: unknown }).label;
  expect(labelOf(stateJson(state()))).toBeNull();
  expect(labelOf(stateJson(state({ label: 'Hall, north' })))).toBe('Hall, north');
  expect(labelOf(eventJson(event('opened')))).toBeNull();
  expect(labelOf(eventJson(event('opened', { label: 'Hall, north' })))).toBe('Hall, north');
});
