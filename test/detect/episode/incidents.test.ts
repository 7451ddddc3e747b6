import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Anomaly, AnomalyEvent, EpisodePhase } from '../../../src/detect/episode/anomaly.ts';
import {
  Incidents,
  type EpisodeRecord,
  type IncidentEvent,
  type OpenIncident,
} from '../../../src/detect/episode/incidents.ts';

const OPTIONS = { windowMs: 600, coolDownMs: 1000 };

const anomaly = (stream: string, openedAt: number, rest: Partial<Anomaly> = {}): Anomaly => ({
  id: `${stream}-p${openedAt}`,
  stream,
  series: stream,
  kind: 'process',
  severity: 'minor',
  startAt: openedAt - 5,
  openedAt,
  peakAt: openedAt,
  endAt: null,
  endedBy: null,
  score: 1.5,
  confidence: 1,
  value: 1,
  expected: 2,
  lower: 3,
  upper: 4,
  unit: '',
  contributions: { [stream]: 1 },
  evidence: { level: 1 },
  reason: `why ${stream}`,
  incident: null,
  ...rest,
});

/** The events published for episodes that open and close at given times; each event arrives when it happens. */
function siteOf(options = OPTIONS) {
  const incidents = new Incidents(options);
  const published: string[] = [];
  const publish = (events: readonly IncidentEvent[]): void => {
    for (const { phase, at, incident } of events)
      published.push(`${at} ${phase} ${incident.id} ${incident.episodes} ${incident.severity}`);
  };
  const take = (phase: EpisodePhase, at: number, of: Anomaly): string => {
    const event: AnomalyEvent = { phase, at, anomaly: of };
    const { id, events } = incidents.take(event, at);
    publish(events);
    return id;
  };
  return {
    incidents,
    published,
    open: (stream: string, at: number, rest: Partial<Anomaly> = {}) => take('opened', at, anomaly(stream, at, rest)),
    close: (stream: string, openedAt: number, at: number, rest: Partial<Anomaly> = {}) =>
      take('closed', at, anomaly(stream, openedAt, { ...rest, endAt: at })),
    worsen: (stream: string, openedAt: number, at: number) =>
      take('updated', at, anomaly(stream, openedAt, { severity: 'critical' })),
    tick: (at: number) => {
      publish(incidents.tick(at));
    },
  };
}

test('an episode that opens within the window joins the first one; a later one begins another incident', () => {
  const { open, published, tick } = siteOf();
  expect([open('a', 0), open('b', 300), open('c', 599), open('d', 600), open('e', 700)]).toEqual([
    'a-p0',
    'a-p0',
    'a-p0',
    'd-p600',
    'd-p600',
  ]);
  tick(800);
  tick(801);
  expect(published).toEqual([
    '0 opened a-p0 1 minor',
    '600 opened d-p600 1 minor',
    '800 updated a-p0 3 minor',
    '800 updated d-p600 2 minor',
  ]);
});

test('an incident closes when all of its episodes have been closed for the cool-down', () => {
  const { open, close, tick, published } = siteOf();
  open('a', 0);
  open('b', 10);
  close('a', 0, 100);
  tick(5000);
  close('b', 10, 6000);
  tick(6999);
  tick(7000);
  tick(7001);
  expect(published).toEqual(['0 opened a-p0 1 minor', '5000 updated a-p0 2 minor', '7000 closed a-p0 2 minor']);
});

test('the same fault rejoins within the cool-down, also after the window; after the cool-down it begins another incident', () => {
  const { open, close, tick, published } = siteOf();
  open('a', 0);
  close('a', 0, 900);
  tick(1000);
  expect(open('a', 1500)).toBe('a-p0');
  close('a', 1500, 1600);
  tick(2600);
  expect(open('a', 2700)).toBe('a-p2700');
  expect(published).toEqual(['0 opened a-p0 1 minor', '2600 closed a-p0 2 minor', '2700 opened a-p2700 1 minor']);
});

test('a fault that returns after the cool-down closes the old incident first, also when no tick came in between', () => {
  const { open, close, published } = siteOf();
  open('a', 0);
  close('a', 0, 100);
  open('a', 1100);
  expect(published).toEqual(['0 opened a-p0 1 minor', '1100 closed a-p0 1 minor', '1100 opened a-p1100 1 minor']);
});

test('a higher severity is published once', () => {
  const { open, worsen, tick, published } = siteOf();
  open('a', 0);
  worsen('a', 0, 10);
  worsen('a', 0, 20);
  tick(30);
  tick(40);
  expect(published).toEqual(['0 opened a-p0 1 minor', '30 updated a-p0 1 critical']);
});

test('a sensor, a process and a drift of one series are three episodes', () => {
  const { incidents, open, tick } = siteOf();
  open('a', 0, { kind: 'sensor' });
  open('a', 1, { kind: 'process' });
  open('a', 2, { kind: 'drift' });
  const [{ incident }] = incidents.tick(3);
  expect(incident).toMatchObject({ episodes: 3, open: 3, series: ['a'], startAt: -5, endAt: null, reason: 'why a' });
  tick(4);
});

test('with a window of 0 each episode is an incident of its own', () => {
  const { open } = siteOf({ ...OPTIONS, windowMs: 0 });
  expect([open('a', 0), open('b', 0)]).toEqual(['a-p0', 'b-p0']);
});

test('500 episodes at once: two messages, which name 20 series', () => {
  const { incidents, open, tick, published } = siteOf();
  for (let n = 0; n < 500; n++) open(`s${n}`, n % 5);
  const [{ incident }] = incidents.tick(10);
  expect([incident.episodes, incident.series.length]).toEqual([500, 20]);
  tick(20);
  expect(published).toHaveLength(1);
});

describe('a different fault of the same place', () => {
  test('within the window joins: the incident keeps its first reason, its worst severity and all its series', () => {
    const { incidents, open, close, tick, published } = siteOf();
    const first = { severity: 'critical', reason: 'first', series: 'flow' } as const;
    open('a', 0, first);
    close('a', 0, 100, first);
    expect(open('a', 200, { reason: 'second', series: 'pressure', evidence: { jump: 1 } })).toBe('a-p0');
    const [event] = incidents.tick(300);
    expect(event).toMatchObject({
      phase: 'updated',
      incident: { severity: 'critical', reason: 'first', series: ['flow', 'pressure'], episodes: 2, open: 1 },
    });
    tick(400);
    expect(published).toEqual(['0 opened a-p0 1 critical']);
  });

  test.each([
    ['another cause', { evidence: { level: 0.4, jump: 0.6 } }],
    ['another series of the group', { series: 'pressure' }],
  ])('after the window, within the cool-down, is published as opened: %s', (_, fault) => {
    const { open, close, published } = siteOf();
    open('a', 0, { severity: 'critical' });
    close('a', 0, 100);
    expect(open('a', 700, fault)).toBe('a-p700');
    expect(published).toEqual(['0 opened a-p0 1 critical', '700 closed a-p0 1 critical', '700 opened a-p700 1 minor']);
  });

  test('leaves an incident in which another episode is open: that one closes with its last episode', () => {
    const { open, close, tick, published } = siteOf();
    open('a', 0);
    open('b', 10);
    close('a', 0, 100);
    expect(open('a', 700, { evidence: { jump: 1 } })).toBe('a-p700');
    close('b', 10, 800);
    close('a', 700, 900);
    tick(1799);
    tick(1800);
    tick(1899);
    tick(1900);
    expect(published).toEqual([
      '0 opened a-p0 1 minor',
      '700 opened a-p700 1 minor',
      '1799 updated a-p0 2 minor',
      '1800 closed a-p0 2 minor',
      '1900 closed a-p700 1 minor',
    ]);
  });
});

test('an episode whose end was never seen does not keep its incident open after the next one at its place', () => {
  const { incidents, open, close, published } = siteOf();
  open('a', 0);
  open('b', 10);
  open('a', 700, { evidence: { jump: 1 } });
  close('b', 10, 800);
  expect(published).toEqual(['0 opened a-p0 1 minor', '700 opened a-p700 1 minor']);
  expect(incidents.tick(1800)).toMatchObject([{ phase: 'closed', incident: { id: 'a-p0', endAt: 800, open: 0 } }]);
});

test('an episode that gets worse changes the severity of its incident, not the reason', () => {
  const { incidents, open, worsen } = siteOf();
  open('a', 0, { reason: 'first' });
  worsen('a', 0, 10);
  expect(incidents.tick(20)[0].incident).toMatchObject({ severity: 'critical', reason: 'first' });
});

test('a clock that was set back 5 s: the cool-down counts from the new time, and is not longer by 5 s', () => {
  const { open, close, tick, published } = siteOf();
  open('a', 0);
  close('a', 0, 6000);
  tick(1000); // the clock went from 6000 back to 1000
  tick(1999);
  expect(published).toEqual(['0 opened a-p0 1 minor']);
  tick(2000);
  expect(published).toEqual(['0 opened a-p0 1 minor', '2000 closed a-p0 1 minor']);
});

/** One of two causes. */
const causeOf = (later: number): Anomaly['evidence'] => ({ [later % 2 === 0 ? 'level' : 'jump']: 1 });

/** Streams whose episodes open and close in turn, and the time from one event to the next. */
const life = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.integer({ min: 0, max: 900 })), { maxLength: 60 });

test('for all sequences: every incident is opened once, then updated, then closed once, by its own id', () => {
  fc.assert(
    fc.property(life, (steps) => {
      const { open, close, tick, published } = siteOf();
      const since = new Map<string, number>();
      let at = 0;
      for (const [stream, later] of steps) {
        at += later + 1;
        const openedAt = since.get(stream);
        if (openedAt === undefined) open(stream, at, { evidence: causeOf(later) });
        else close(stream, openedAt, at);
        if (openedAt === undefined) since.set(stream, at);
        else since.delete(stream);
        tick(at);
      }
      for (const [stream, openedAt] of since) close(stream, openedAt, ++at);
      tick(at + 1000);
      const phases = new Map<string, string>();
      for (const [, phase, id] of published.map((line) => line.split(' ')))
        phases.set(id, (phases.get(id) ?? '') + phase[0]);
      for (const ofOne of phases.values()) expect(ofOne).toMatch(/^ou*c$/);
    }),
  );
});

/** What the database keeps: the open incidents as published, and the newest record of each episode. */
function logOf() {
  const published = new Map<string, Pick<OpenIncident, 'id' | 'severity' | 'episodes' | 'reason'>>();
  const rows = new Map<string, EpisodeRecord>();
  return {
    publish: (events: readonly IncidentEvent[]): void => {
      for (const { phase, incident } of events)
        if (phase === 'closed') published.delete(incident.id);
        else published.set(incident.id, incident);
    },
    write: (record: EpisodeRecord) => rows.set(record.anomaly.id, record),
    open: (): OpenIncident[] =>
      [...published.values()].map(({ id, severity, episodes, reason }) => {
        const members = [...rows.values()].filter(({ anomaly: { incident } }) => incident === id);
        return { id, severity, episodes, reason, members };
      }),
  };
}

test('after a restore it continues as if it had not stopped, also when an update had not been published yet', () => {
  const LAG = 7; // from the event to its arrival
  fc.assert(
    fc.property(life, fc.nat(60), (steps, cut) => {
      const whole = new Incidents(OPTIONS);
      let kept = new Incidents(OPTIONS);
      const log = logOf();
      const since = new Map<string, number>();
      const critical = new Set<string>();
      let at = 0;
      steps.forEach(([stream, later], n) => {
        if (n === cut) {
          kept = new Incidents(OPTIONS);
          kept.restore(log.open());
        }
        at += later + 1;
        const openedAt = since.get(stream);
        const phase = openedAt === undefined ? 'opened' : later % 5 === 0 ? 'updated' : 'closed';
        if (phase === 'updated') critical.add(stream);
        const severity = critical.has(stream) ? 'critical' : 'minor'; // that of an episode never falls (episode.ts)
        const endAt = phase === 'closed' ? at : null;
        const of = anomaly(stream, openedAt ?? at, { severity, evidence: causeOf(later), endAt });
        if (phase === 'opened') since.set(stream, at);
        if (phase === 'closed') {
          since.delete(stream);
          critical.delete(stream);
        }
        const [goesOn, expected] = [kept, whole].map((incidents) => {
          const { id, events } = incidents.take({ phase, at, anomaly: of }, at + LAG);
          return { id, events: later % 3 > 0 ? [...events, ...incidents.tick(at + LAG)] : events };
        });
        expect(goesOn).toEqual(expected);
        log.write({ anomaly: { ...of, incident: goesOn.id }, at, receivedAt: at + LAG });
        log.publish(goesOn.events);
      });
    }),
  );
});
