import { describe, expect, test } from 'vitest';
import { Recipient, type ThreadEvent } from '../../../src/app/notify/recipient.ts';
import { siteOf } from '../world.ts';

const recipient = (options: Readonly<Record<string, unknown>> = {}): Recipient => {
  const site = siteOf({ notify: { phone: { type: 'webhook', url: 'http://localhost/', ...options } } });
  return new Recipient('phone', site.notify['phone']);
};

const event = (
  phase: ThreadEvent['phase'],
  severity: ThreadEvent['severity'] = 'minor',
  series = ['a'],
): ThreadEvent => ({
  phase,
  thread: 'i1',
  severity,
  series,
});

/** What the target gets of these events, and what is stored. */
const course = (to: Recipient, ...events: readonly ThreadEvent[]) => {
  const stored: (string | null)[] = [];
  const got = events.map((each) => to.decide(each, (severity) => stored.push(severity)));
  return { got: got.map((decision) => decision && `${decision.event}${decision.rises ? ', rises' : ''}`), stored };
};

describe('by default', () => {
  test('a target gets the opening, a rise of the severity, and the end', () => {
    const events = [event('opened'), event('updated'), event('updated', 'critical'), event('updated', 'critical')];
    expect(course(recipient(), ...events, event('closed', 'critical'))).toEqual({
      got: ['opened', null, 'updated, rises', null, 'ended'],
      stored: ['minor', 'critical', null],
    });
  });
});

test('with `updated`: every change', () => {
  const to = recipient({ events: ['opened', 'updated'] });
  expect(course(to, event('opened'), event('updated'), event('closed')).got).toEqual(['opened', 'updated', null]);
});

test('severity: reported when it becomes severe enough; nothing, and no end, of what never did', () => {
  const to = recipient({ severity: 'major' });
  expect(course(to, event('opened'), event('updated'), event('closed')).got).toEqual([null, null, null]);
  expect(course(to, event('opened'), event('updated', 'major'), event('closed', 'major')).got).toEqual([
    null,
    'opened',
    'ended',
  ]);
});

test('series: only these; an incident that one of them joins is reported then', () => {
  const to = recipient({ series: ['b'] });
  expect(course(to, event('opened'), event('updated', 'minor', ['a', 'b']), event('closed')).got).toEqual([
    null,
    'opened',
    'ended',
  ]);
});

test('only the ends, of what would have been reported', () => {
  expect(course(recipient({ events: ['ended'] }), event('opened'), event('closed')).got).toEqual([null, 'ended']);
});

test('a thread of an earlier run ends', () => {
  const to = recipient();
  to.restore('i1', 'minor');
  expect(course(to, event('closed')).got).toEqual(['ended']);
});
