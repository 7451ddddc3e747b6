import { describe, expect, test } from 'vitest';
import { monitorOptions } from '../../../src/app/pipeline/monitor-options.ts';
import { StreamMonitor } from '../../../src/detect/stream-monitor.ts';
import { DAY_MS, MINUTE_MS, Office, site, SlowTape, T } from './office.ts';
import { Tape } from '../world.ts';

/** Three days of a series, then one event, and what was published of it. */
const withEvent = (value = 80) => {
  const office = new Office().readings(3 * 1440);
  const before = office.opened.length;
  office.event(value);
  expect(office.opened.length).toBe(before + 1);
  return { office, id: office.opened.at(-1)! };
};

describe('normal', () => {
  test('the same event raises no alert, and another fault of the series does', () => {
    const { office, id } = withEvent();
    expect(office.command({ command: 'normal', event: id })).toMatchObject({
      status: 'done',
      command: 'normal',
      series: 'a',
      text: 'Events of a like this one are no alarm from now on.',
      undo: true,
    });
    const { length } = office.opened;
    for (let day = 0; day < 3; day++) office.readings(1000).event(80);
    expect(office.opened.length).toBe(length);
    office.readings(500).event(20);
    expect(office.opened.length).toBe(length + 1);
  });

  test('without it the same event is an alarm once more', () => {
    const { office } = withEvent();
    const { length } = office.opened;
    office.readings(14 * 1440 - 90).event(80);
    expect(office.opened.length).toBe(length + 1);
  });

  test('said during the alarm ends it, and is a label; an undo takes both back', () => {
    const office = new Office().readings(3 * 1440).readings(10, 80);
    const from = office.world.events.at(-1)!.anomaly.startAt;
    const { id } = office.command({ command: 'normal', series: 'a', note: 'valve test' });
    office.readings(5, 80);
    expect(office.world.events.at(-1)).toMatchObject({ phase: 'closed', anomaly: { endedBy: 'calm' } });
    expect(office.log.labels()).toMatchObject([{ id, kind: 'normal', series: 'a', from, note: 'valve test' }]);
    office.readings(100);
    expect(office.command({ command: 'undo', of: id })).toMatchObject({ status: 'done', text: 'normal is undone.' });
    expect(office.log.labels()).toEqual([]);
    const { length } = office.opened;
    office.readings(14 * 1440 - 115).event(80);
    expect(office.opened.length).toBe(length + 1);
    expect(office.command({ command: 'undo', of: id })).toMatchObject({ status: 'refused', code: 'already_undone' });
  });

  test('of a sensor fault, of nothing, and of an event that is not remembered is refused', () => {
    const office = new Office().readings(500);
    expect(office.command({ command: 'normal', series: 'a' }).code).toBe('no_event');
    expect(office.command({ command: 'normal' }).code).toBe('series_needed');
    expect(office.command({ command: 'normal', event: 'a-pabc' }).code).toBe('unknown_event');
    expect(office.command({ command: 'normal', event: 'a-habc' }).code).toBe('unknown_event');
    expect(office.command({ command: 'normal', series: 'b' }).code).toBe('unknown_series');
    office.readings(1, 900);
    expect(office.command({ command: 'normal', series: 'a' }).code).toBe('sensor_fault');
    expect(office.log.labels()).toEqual([]);
    const absorbing = new Office({ of: site({ tuning: { network: false, on_anomaly: 'absorb' } }) });
    absorbing.readings(3 * 1440).event(90);
    expect(absorbing.command({ command: 'normal', series: 'a' }).code).toBe('not_remembered');
  });
});

test('normal said of a drift: the present level is the reference from now on; undo brings the old one back', () => {
  const office = new Office();
  const days = (count: number, perDay: number, level: number): number => {
    for (let hour = 0; hour < 24 * count; hour++) {
      office.readings(1, level + (perDay * hour) / 24);
      office.minute += 59;
    }
    return level + perDay * count;
  };
  const level = days(80, 0.1, days(20, 0, 50));
  const drifts = () =>
    office.world.events.filter(({ phase, anomaly }) => phase !== 'updated' && anomaly.kind === 'drift');
  expect(drifts().map(({ phase }) => phase)).toEqual(['opened']);
  const { id, text } = office.command({ command: 'normal', event: drifts()[0].anomaly.id });
  expect(text).toBe('The present level of a is the reference for drift from now on.');
  expect(drifts().at(-1)).toMatchObject({ phase: 'closed', anomaly: { endedBy: 'accepted' } });
  days(20, 0, level);
  expect(drifts()).toHaveLength(2);
  office.command({ command: 'undo', of: id });
  days(20, 0, level);
  expect(drifts().length).toBeGreaterThan(2);
});

describe('fault', () => {
  test('such an event stays an alarm, however often it comes', () => {
    const { office, id } = withEvent();
    expect(office.command({ command: 'fault', event: id })).toMatchObject({ status: 'done', undo: true });
    for (let day = 0; day < 14; day++) office.readings(1440 - 90).event(80);
    const { length } = office.opened;
    office.readings(1440 - 90).event(80);
    expect(office.opened.length).toBe(length + 1);
    expect(office.world.habits).toEqual([]);
  });

  test('of a habit, by its id, makes it an alarm again', () => {
    const { office } = withEvent();
    for (let day = 0; day < 14; day++) office.readings(1440 - 90).event(80);
    const [habit] = office.world.habits;
    const { length } = office.opened;
    office.readings(1440 - 90).event(80);
    expect(office.opened.length).toBe(length);
    expect(office.command({ command: 'fault', event: habit.id })).toMatchObject({ status: 'done', series: 'a' });
    office.readings(1440 - 90).event(80);
    expect(office.opened.length).toBe(length + 1);
    expect(office.command({ command: 'fault', event: habit.id, series: 'b' }).code).toBe('unknown_series');
  });

  test('of a sensor is a label only', () => {
    const office = new Office().readings(500).readings(1, 900).readings(10);
    expect(office.command({ command: 'fault', series: 'a' }).text).toMatch(/^Noted as a fault/);
    expect(office.log.labels()).toMatchObject([{ kind: 'fault' }]);
  });
});

describe('freeze and resume', () => {
  /** What the streams of an office have learned: in the snapshot of a clean stop. */
  const learned = (office: Office): Uint8Array =>
    office.db.prepare<[], Buffer>('SELECT bytes FROM snapshot ORDER BY seq DESC LIMIT 1').pluck().get()!;

  test('while learning is stopped, no parameter of the network changes by one bit', () => {
    const of = site({ tuning: { network: true } });
    const tape = new Tape();
    const office = new Office({ of, ledger: tape }).readings(3 * 1440);
    expect(office.command({ command: 'freeze', series: 'a' }).text).toBe(
      'Learning is stopped for a until resume; scores and alarms go on.',
    );
    office.readings(1);
    office.stop();
    const frozen = new Office({ of, ledger: tape, path: office.path });
    frozen.minute = office.minute;
    const before = parametersOf(learned(frozen));
    frozen.readings(400);
    expect(frozen.world.states.at(-1)).toMatchObject({ slug: 'a', frozen: 'ON' });
    frozen.stop();
    const after = new Office({ of, ledger: tape, path: office.path });
    after.minute = frozen.minute;
    expect(parametersOf(learned(after))).toEqual(before);
    after.command({ command: 'resume' });
    after.readings(50);
    after.stop();
    const end = new Office({ of, ledger: tape, path: office.path });
    expect(parametersOf(learned(end))).not.toEqual(before);
    end.stop();
  });

  describe('for a time', () => {
    const frozenOf = (office: Office) => office.world.states.at(-1);

    test('it ends by itself, at the first message from then on; the state has the end', () => {
      const office = new Office().readings(20);
      expect(office.command({ command: 'freeze', series: 'a', for: '1h' }).text).toBe(
        'Learning is stopped for a until 2026-01-05T01:20:00.000Z; scores and alarms go on.',
      );
      expect(frozenOf(office)).toMatchObject({ frozen: 'ON', frozenUntil: T + 80 * MINUTE_MS });
      office.readings(60);
      expect(frozenOf(office)).toMatchObject({ frozen: 'ON' });
      office.readings(1);
      expect(frozenOf(office)).toMatchObject({ frozen: 'OFF', frozenUntil: null });
      expect(office.log.freezes()).toEqual([]);
    });

    test('another freeze sets another end, or none; undo brings the end before back; resume ends it', () => {
      const office = new Office().readings(20);
      const freeze = (rest: object) => office.command({ command: 'freeze', series: 'a', ...rest });
      freeze({ for: '1h' });
      const longer = freeze({ for: '2h' });
      expect(office.log.freezes()).toEqual([{ stream: 'a', until: T + 140 * MINUTE_MS }]);
      expect(freeze({ for: '2h' })).toMatchObject({ text: 'Nothing to do: learning is stopped already.', undo: false });
      office.command({ command: 'undo', of: longer.id });
      expect(office.log.freezes()).toEqual([{ stream: 'a', until: T + 80 * MINUTE_MS }]);
      freeze({});
      office.readings(200);
      expect(frozenOf(office)).toMatchObject({ frozen: 'ON', frozenUntil: null });
      freeze({ for: '1h' });
      const { id } = office.command({ command: 'resume', series: 'a' });
      expect([frozenOf(office), office.log.freezes()]).toMatchObject([{ frozen: 'OFF', frozenUntil: null }, []]);
      office.command({ command: 'undo', of: id });
      expect(frozenOf(office)).toMatchObject({ frozen: 'ON', frozenUntil: T + 280 * MINUTE_MS });
      expect(freeze({ for: '31d' }).code).toBe('not_a_command');
    });

    test.each([
      ['before the end', 30],
      ['behind it', 90],
    ])('a kill %s changes no bit', (_, minutes) => {
      const run = (kill: boolean): Buffer => {
        const tape = new Tape();
        let office = new Office({ ledger: tape, seed: 2 }).readings(1440);
        office.command({ command: 'freeze', for: '1h' });
        office.readings(minutes);
        if (kill) {
          office.db.close();
          const killed = office;
          office = new Office({ ledger: tape, path: killed.path, seed: 2 });
          office.minute = killed.minute;
          office.random = killed.random;
        }
        office.readings(100).stop();
        const again = new Office({ path: office.path });
        const bytes = again.db.prepare<[], Buffer>('SELECT bytes FROM snapshot ORDER BY seq DESC LIMIT 1').pluck();
        const learned = bytes.get()!;
        again.stop();
        return learned;
      };
      expect(run(true).equals(run(false))).toBe(true);
    });
  });

  test('of the whole site, and the undo changes only what the command has changed', () => {
    const office = new Office().readings(20, 50, ['a', 'b']);
    office.command({ command: 'freeze', series: 'a' });
    const { id, text, series } = office.command({ command: 'freeze' });
    expect([text, series]).toEqual([
      'Learning is stopped for all streams until resume; scores and alarms go on.',
      null,
    ]);
    expect(office.command({ command: 'freeze' })).toMatchObject({
      text: 'Nothing to do: learning is stopped already.',
      undo: false,
    });
    office.command({ command: 'undo', of: id });
    const frozen = new Map(office.world.states.map((state) => [state.slug, state.frozen]));
    expect(frozen).toEqual(
      new Map([
        ['a', 'ON'],
        ['b', 'OFF'],
      ]),
    );
  });
});

describe('accept, reset and forget', () => {
  const lastState = (office: Office) => office.world.states.at(-1)!;

  test('accept: the alarm ends and the new level is normal; undo brings the alarm back', () => {
    const office = new Office().readings(3 * 1440).readings(60, 70);
    const { id, text } = office.command({ command: 'accept', series: 'a' });
    expect(text).toBe('The present state of a is the normal one now; its open alarms have ended.');
    expect(office.world.events.at(-1)).toMatchObject({ phase: 'closed', anomaly: { endedBy: 'accepted' } });
    expect(lastState(office)).toMatchObject({ anomaly: 'OFF' });
    const { length } = office.opened;
    office.readings(200, 70);
    expect(office.opened.length).toBe(length);
    expect(office.command({ command: 'undo', of: id }).status).toBe('done');
    office.readings(60, 70);
    expect(office.opened.length).toBe(length + 1);
  });

  test('reset: a new warm-up; undo ends it', () => {
    const office = new Office().readings(1440);
    const { id } = office.command({ command: 'reset', series: 'a' });
    office.readings(10);
    expect(lastState(office)).toMatchObject({ phase: 'learning', warmup: 9 / 400 });
    office.command({ command: 'undo', of: id });
    office.readings(1);
    expect(lastState(office)).toMatchObject({ phase: 'ready', warmup: 1 });
  });

  test('the last three of a stream can be undone; an earlier one takes the later ones back with it', () => {
    const office = new Office().readings(1440, 50, ['a', 'b']);
    const ids = [0, 1, 2, 3].map(() => {
      office.readings(5, 50, ['a', 'b']);
      return office.command({ command: 'reset', series: 'a' }).id;
    });
    office.command({ command: 'accept', series: 'b' });
    expect(office.command({ command: 'undo', of: ids[0] }).code).toBe('state_gone');
    expect(office.command({ command: 'undo', of: ids[3] }).text).toBe('reset is undone.');
    office.readings(1);
    expect(office.world.states.findLast(({ slug }) => slug === 'a')).toMatchObject({
      phase: 'learning',
      warmup: 5 / 400,
    });
    expect(office.command({ command: 'undo', of: ids[1] }).text).toBe(
      'reset is undone, and with it 1 later command that changed the same state.',
    );
    expect(office.command({ command: 'undo', of: ids[2] }).code).toBe('already_undone');
    office.readings(1);
    expect(office.world.states.findLast(({ slug }) => slug === 'a')).toMatchObject({
      phase: 'learning',
      warmup: 5 / 400,
    });
  });

  test('forget: what was learned since then is gone, after a restart too', () => {
    const tape = new Tape();
    const of = site({ snapshots: { every: '1h' }, tuning: { network: false, on_anomaly: 'absorb' } });
    const office = new Office({ of, ledger: tape }).readings(1440).readings(1440, 90);
    expect(lastState(office).expected).toBeGreaterThan(80);
    const reply = office.command({ command: 'forget', series: 'a', since: new Date(T + DAY_MS).toISOString() });
    expect(reply.text).toMatch(
      /^a has its state of 2026-01-05T\d\d:\d\d:00\.000Z again; everything learned since then/,
    );
    office.db.close(); // killed
    const back = new Office({ of, ledger: tape, path: office.path });
    back.minute = office.minute;
    back.readings(2, 50);
    expect(lastState(back).expected).toBeLessThan(60);
    expect(back.command({ command: 'forget', series: 'a', since: new Date(T).toISOString() }).code).toBe('no_state');
    expect(back.command({ command: 'forget', since: new Date(T).toISOString() }).code).toBe('series_needed');
  });
});

describe('mute', () => {
  test('an alarm that opens and ends meanwhile is stored and not published', () => {
    const office = new Office().readings(3 * 1440);
    const { text } = office.command({ command: 'mute', series: 'a', for: '3h' });
    expect(text).toBe('No alert about a is published until 2026-01-08T03:00:00.000Z; alarms are still stored.');
    office.event(80);
    expect(office.world.events).toEqual([]);
    expect(office.world.incidents).toEqual([]);
    expect(office.log.lastEpisode('a', null)).toMatchObject({ kind: 'process', incident: null, endedBy: 'calm' });
    expect(office.log.heldBack()).toEqual([]);
    office.readings(200);
    expect(office.log.mutes()).toEqual([]);
    expect(office.world.events).toEqual([]);
  });

  test('one that is still open when the mute ends is published then, after a restart too', () => {
    const tape = new Tape();
    const office = new Office({ ledger: tape }).readings(3 * 1440);
    office.command({ command: 'mute', for: '1h' });
    office.readings(40, 80);
    expect([office.world.events, office.world.states.at(-1)]).toMatchObject([[], { anomaly: 'ON', muted: 'ON' }]);
    office.stop();
    const back = new Office({ ledger: tape, path: office.path });
    back.minute = office.minute;
    back.readings(10, 80);
    expect(back.world.events).toEqual([]);
    back.readings(20, 80);
    expect(back.world.events).toMatchObject([
      { phase: 'opened', anomaly: { stream: 'a', incident: expect.any(String) as string } },
    ]);
    back.readings(90);
    const phases = back.world.events.map(({ phase }) => phase);
    expect([phases[0], phases.at(-1)]).toEqual(['opened', 'closed']);
  });

  test('one that was open before is published when it ends', () => {
    const office = new Office().readings(3 * 1440).readings(10, 80);
    office.command({ command: 'mute', series: 'a', for: '1d' });
    office.readings(90);
    expect(office.world.events.map(({ phase }) => phase)).toEqual(['opened', 'closed']);
  });

  test('unmute publishes what is held back; the undo of a mute too, and that of an unmute mutes again', () => {
    const office = new Office().readings(3 * 1440);
    const muted = office.command({ command: 'mute', series: 'a', for: '1d' });
    office.readings(10, 80);
    const { id } = office.command({ command: 'unmute', series: 'a' });
    expect(office.world.events.map(({ phase }) => phase)).toEqual(['opened']);
    office.command({ command: 'undo', of: id });
    expect(office.log.mutes()).toEqual([{ scope: 'a', until: T + 4 * DAY_MS }]);
    office.command({ command: 'undo', of: muted.id });
    expect(office.log.mutes()).toEqual([]);
  });

  test.each([
    ['its time is over', (office: Office) => office.readings(7, 80)],
    ['of an unmute', (office: Office) => office.command({ command: 'unmute', series: 'a' })],
  ])('one whose row waits for its transaction is published, too, when the mute ends because %s', (_, end) => {
    const tape = new SlowTape();
    const office = new Office({ ledger: tape }).readings(3 * 1440);
    office.command({ command: 'mute', series: 'a', for: '10m' });
    tape.commit();
    office.readings(5, 80);
    expect([office.world.events, office.log.lastEpisode('a', null)]).toEqual([[], null]);
    end(office);
    expect(office.world.events).toMatchObject([{ phase: 'opened', anomaly: { stream: 'a' } }]);
    tape.commit();
    expect(office.log.lastEpisode('a', null)).toMatchObject({ incident: office.world.events[0].anomaly.incident });
    expect(office.log.heldBack()).toEqual([]);
  });

  test('of another series holds nothing back', () => {
    const office = new Office().readings(3 * 1440, 50, ['a', 'b']);
    office.command({ command: 'mute', series: 'b', for: '1d' });
    const { length } = office.world.events;
    office.event(80, ['a', 'b']);
    expect(
      office.world.events
        .slice(length)
        .filter(({ phase }) => phase === 'opened')
        .map(({ anomaly }) => anomaly.series),
    ).toEqual(['a']);
  });
});

describe('missed', () => {
  test('is a label, with an undo', () => {
    const office = new Office().readings(60);
    const [from, until] = [T, T + 10 * MINUTE_MS].map((at) => new Date(at).toISOString());
    const { id } = office.command({ command: 'missed', series: 'a', from, until });
    expect(office.log.labels()).toMatchObject([
      { id, kind: 'missed', from: T, until: T + 10 * MINUTE_MS, event: null },
    ]);
    office.command({ command: 'undo', of: id });
    expect(office.log.labels()).toEqual([]);
    expect(office.command({ command: 'missed', series: 'a', from: until, until: from }).code).toBe('bad_range');
  });
});

describe('sensitivity', () => {
  const states = (office: Office) => office.world.states.filter(({ slug }) => slug === 'a');

  test('adds its logarithm to the score of an event, and the state has it', () => {
    const scoreOf = (value: number): number => {
      const office = new Office().readings(3 * 1440);
      const reply = office.command({ command: 'sensitivity', series: 'a', value });
      expect(reply).toMatchObject({ status: 'done', text: `The sensitivity of a is ${value}.`, undo: true });
      expect(states(office).at(-1)).toMatchObject({ sensitivity: value });
      office.readings(1, 80);
      return states(office).at(-1)!.score!;
    };
    expect(scoreOf(2) - scoreOf(0.5)).toBeCloseTo(Math.log10(4), 9);
  });

  test('at a tenth an event that was an alarm is none; undo and null bring the sensitivity of the site file back', () => {
    const office = new Office({ of: site({ tuning: { network: false, sensitivity: 0.9 } }) }).readings(3 * 1440);
    const one = office.command({ command: 'sensitivity', series: 'a', value: 0.1 });
    const { length } = office.opened;
    office.event(52);
    expect(office.opened.length).toBe(length);
    const two = office.command({ command: 'sensitivity', series: 'a', value: null });
    expect(two.text).toBe('The sensitivity of a is 0.9, as in the site file.');
    expect(office.command({ command: 'sensitivity', series: 'a', value: null })).toMatchObject({ undo: false });
    office.command({ command: 'undo', of: two.id });
    expect(states(office).at(-1)).toMatchObject({ sensitivity: 0.1 });
    office.command({ command: 'undo', of: one.id });
    expect(states(office).at(-1)).toMatchObject({ sensitivity: 0.9 });
    office.event(20);
    expect(office.opened.length).toBe(length + 1);
  });

  test('is kept by a reset and over a restart', () => {
    const office = new Office().readings(500);
    office.command({ command: 'sensitivity', series: 'a', value: 3 });
    office.command({ command: 'reset', series: 'a' });
    office.readings(10).stop();
    const again = new Office({ path: office.path });
    again.minute = office.minute;
    again.readings(1);
    expect(states(again).at(-1)).toMatchObject({ sensitivity: 3 });
    again.stop();
  });

  test.each([0.05, 11, '2', undefined])('%j is refused', (value) => {
    const office = new Office().readings(10);
    expect(office.command({ command: 'sensitivity', series: 'a', value }).code).toBe('not_a_command');
  });

  test('is that of a series or group, not of the whole site', () => {
    const office = new Office().readings(10);
    expect(office.command({ command: 'sensitivity', value: 2 }).code).toBe('series_needed');
  });
});

describe('after a kill', () => {
  test.each([
    { command: 'normal' },
    { command: 'accept' },
    { command: 'reset' },
    { command: 'freeze' },
    { command: 'sensitivity', value: 0.5 },
  ])('$command is repeated from the journal: the streams are the same, bit for bit', (request) => {
    const run = (kill: boolean): Buffer => {
      const tape = new Tape();
      let office = new Office({ ledger: tape, seed: 2 }).readings(3 * 1440).readings(20, 80);
      expect(office.command({ ...request, series: 'a' }).status).toBe('done');
      if (kill) {
        office.db.close();
        const { minute, path } = office;
        const killed = office;
        office = new Office({ ledger: tape, path, seed: 2 });
        office.minute = minute;
        office.random = killed.random;
      }
      office.readings(20, 80).readings(200);
      office.stop();
      const again = new Office({ path: office.path });
      const bytes = again.db.prepare<[], Buffer>('SELECT bytes FROM snapshot ORDER BY seq DESC LIMIT 1').pluck().get()!;
      again.stop();
      return bytes;
    };
    expect(run(true).equals(run(false))).toBe(true);
  });
});

/** The parameters of the network in a snapshot of series a. */
function parametersOf(bytes: Uint8Array): readonly number[] {
  const { tuning } = site({ tuning: { network: true } });
  const series = [{ slug: 'a', unit: 'bar', range: null, only: 'both' }] as const;
  const monitor = new StreamMonitor('a', series, monitorOptions(tuning, null), () => undefined);
  monitor.restore(bytes);
  const { core } = monitor.detector.forecaster!.network;
  const theta = new Float64Array(core.parameterCount);
  core.read(theta);
  return [...theta];
}
