import { describe, expect, test } from 'vitest';
import { calendarOf, monitorOptions } from '../../src/app/pipeline/monitor-options.ts';
import { Maintenance } from '../../src/app/pipeline/maintenance.ts';
import { Schedule } from '../../src/config/calendar/schedule.ts';
import { maintenanceSchema } from '../../src/config/schema/maintenance.ts';
import type { IsHoliday } from '../../src/detect/forecast/calendar.ts';
import { StreamMonitor } from '../../src/detect/stream-monitor.ts';
import type { MaintenanceWindow, WindowPort } from '../../src/stream/ports/ports.ts';
import { DAY_MS, MINUTE_MS, Office, site, T } from './commands/office.ts';
import { Tape } from './world.ts';

const at = (minute: number): string => new Date(T + minute * MINUTE_MS).toISOString();
const DAYS = 2 * 1440;

/** A site with one window, by minutes since the first reading. */
const withWindow = (from: number, until: number, rest: object = {}, tuning: object = { network: false }) =>
  site({ maintenance: [{ from: at(from), until: at(until), ...rest }], tuning });

/** Ticks of the clock, one a minute, without readings. */
const ticks = (office: Office, minutes: number): Office => {
  for (let i = 0; i < minutes; i++, office.minute++) office.world.clock$.next(office.now);
  return office;
};

const stateOf = (office: Office, slug = 'a') => office.world.states.findLast((state) => state.slug === slug)!;
const silences = (office: Office): string[] =>
  office.world.events.filter(({ anomaly }) => Object.hasOwn(anomaly.evidence, 'silent')).map(({ phase }) => phase);

describe('alerts', () => {
  test('are held back; one that is open when the window ends is published then, one that is over never', () => {
    const office = new Office({ of: withWindow(DAYS + 10, DAYS + 200) }).readings(DAYS);
    const { length } = office.opened;
    office.readings(20).readings(30, 80).readings(120).readings(29, 20);
    expect(office.opened.length).toBe(length);
    expect(office.log.lastEpisode('a', null)).toMatchObject({ endAt: null });
    expect([stateOf(office).anomaly, stateOf(office).maintenance, stateOf(office).muted]).toEqual(['ON', 'ON', 'OFF']);
    office.readings(5, 20); // past the end
    expect(office.opened.length).toBe(length + 1);
    expect([stateOf(office).maintenance, stateOf(office).maintenanceUntil]).toEqual(['OFF', null]);
    office.readings(60);
    expect(office.world.events.at(-1)).toMatchObject({ phase: 'closed' });
  });

  test('of an episode that was open before: it stays open, and its end is published', () => {
    const office = new Office({ of: withWindow(DAYS + 20, DAYS + 400) }).readings(DAYS).readings(30, 80);
    const id = office.opened.at(-1);
    expect(stateOf(office)).toMatchObject({ anomaly: 'ON', maintenance: 'ON' });
    office.readings(240);
    expect(office.world.events.at(-1)).toMatchObject({ phase: 'closed', anomaly: { id, endedBy: 'calm' } });
  });

  test('an input is in maintenance where the site is, or every series of it', () => {
    const paused = (office: Office) => office.world.view!.inMaintenance(0);
    const whole = new Office({ of: withWindow(10, 20) }).readings(5);
    expect(paused(whole)).toBe(false);
    expect(paused(whole.readings(10))).toBe(true);
    expect(paused(whole.readings(10))).toBe(false);
    const one = new Office({ of: withWindow(10, 20, { series: ['a'] }) }).readings(15, 50, ['a', 'b']);
    expect(paused(one)).toBe(false);
    expect(paused(new Office({ of: withWindow(10, 20, { series: ['a'] }) }).readings(15))).toBe(true);
  });

  test('of other series are published', () => {
    const office = new Office({ of: withWindow(DAYS, DAYS + 200, { series: ['a'] }) }).readings(DAYS, 50, ['a', 'b']);
    const { length } = office.opened;
    office.readings(30, 80, ['a', 'b']);
    expect(office.opened.slice(length).map((id) => id[0])).toEqual(['b']);
    expect([stateOf(office, 'a').maintenance, stateOf(office, 'b').maintenance]).toEqual(['ON', 'OFF']);
    expect(office.world.notes.filter(({ message }) => message.startsWith('maintenance'))).toMatchObject([
      {
        level: 'info',
        message: 'maintenance of a until 2026-01-07 03:20 UTC: alerts are held back, and nothing is learned',
      },
    ]);
  });

  test('of a group: those of its series too', () => {
    const of = site({
      groups: { pump: { series: ['a', 'b'] } },
      maintenance: [{ from: at(DAYS), until: at(DAYS + 200), series: ['pump'] }],
    });
    const office = new Office({ of }).readings(DAYS, 50, ['a', 'b']);
    const { length } = office.opened;
    office.readings(30, 80, ['a', 'b']).readings(1, 900, ['b']);
    expect(office.opened.length).toBe(length);
    expect(['a', 'b', 'pump'].map((slug) => stateOf(office, slug).maintenance)).toEqual(['ON', 'ON', 'ON']);
  });
});

describe('silence', () => {
  test('of a sensor that is off is not counted, also after the window; its silence begins at the end', () => {
    const office = new Office({ of: withWindow(500, 800) }).readings(500);
    ticks(office, 305); // the sensor is off; five minutes past the end it is not silent yet
    expect(silences(office)).toEqual([]);
    ticks(office, 30);
    expect(silences(office)[0]).toBe('opened');
    const without = ticks(new Office().readings(500), 30);
    expect(silences(without)[0]).toBe('opened');
  });

  test('of a sensor that was silent before: its alarm stays open until it sends', () => {
    const office = new Office({ of: withWindow(540, 800) }).readings(500);
    ticks(office, 320);
    expect(silences(office)[0]).toBe('opened');
    expect(silences(office)).not.toContain('closed');
    office.readings(1);
    expect(silences(office).at(-1)).toBe('closed');
  });

  test('is not learned as a pause that may come: the sensor that stops later is found as soon as without', () => {
    const foundAfter = (office: Office): number => {
      office.readings(500);
      office.minute += 290;
      office.readings(510);
      let minutes = 0;
      for (; silences(office).at(-1) !== 'opened' && minutes < 2000; minutes++) ticks(office, 1);
      return minutes;
    };
    expect(foundAfter(new Office({ of: withWindow(490, 800) }))).toBeLessThan(20);
    expect(foundAfter(new Office())).toBeGreaterThan(200);
  });
});

describe('learning', () => {
  const learned = (office: Office): Buffer => {
    office.stop();
    return new Office({ path: office.path }).db
      .prepare<[], Buffer>('SELECT bytes FROM snapshot ORDER BY seq DESC LIMIT 1')
      .pluck()
      .get()!;
  };

  test('stops for the window: what came in it leaves no trace in the mean', () => {
    const meanAfter = (of: ReturnType<typeof site>): number => {
      const office = new Office({ of });
      office.readings(1000).readings(300, 52).readings(1);
      return stateOf(office).expected!;
    };
    const without = meanAfter(site());
    const within = meanAfter(withWindow(1000, 1300));
    expect(Math.abs(within - 50)).toBeLessThan(Math.abs(without - 50));
  });

  test('freeze of the operator and a window do not end each other', () => {
    const of = withWindow(100, 200);
    const office = new Office({ of }).readings(50);
    office.command({ command: 'freeze', series: 'a' });
    office.readings(200);
    expect(stateOf(office)).toMatchObject({ frozen: 'ON', maintenance: 'OFF' });
    const other = new Office({ of }).readings(150);
    other.command({ command: 'freeze' });
    other.command({ command: 'resume' });
    other.command({ command: 'mute', for: '1m' });
    other.readings(10);
    expect(stateOf(other)).toMatchObject({ frozen: 'OFF', muted: 'OFF', maintenance: 'ON' });
  });

  test('a restart in the middle, and a replay of the journal, give the same bits', () => {
    const of = withWindow(300, 600, {}, { network: true, hidden_size: 4 });
    const whole = new Office({ of, ledger: new Tape() }).readings(700);
    const tape = new Tape();
    const first = new Office({ of, ledger: tape }).readings(450);
    // Not stopped: the second one has the journal alone, as after a power failure.
    const second = new Office({ of, ledger: tape, path: first.path });
    second.minute = 450;
    second.random = first.random;
    second.readings(250);
    expect(stateOf(second)).toEqual(stateOf(whole));
    expect(second.world.notes.map(({ message }) => message).filter((text) => text.startsWith('maintenance'))).toEqual([
      'maintenance of the site until 2026-01-05 10:00 UTC: alerts are held back, and nothing is learned',
      'maintenance of the site is over',
    ]);
    expect(learned(second).equals(learned(whole))).toBe(true);
  });

  test('an end that the service has missed takes place at the start; what it held back is published', () => {
    const tape = new Tape();
    const of = withWindow(DAYS, DAYS + 200);
    const office = new Office({ of, ledger: tape }).readings(DAYS).readings(100, 80);
    const { length } = office.opened;
    const later = new Office({ of, ledger: tape, path: office.path });
    later.minute = DAYS + 300;
    later.world.wake$.next(later.now);
    later.readings(1, 80);
    expect([length, later.opened.length]).toEqual([office.opened.length, 1]);
    expect(stateOf(later)).toMatchObject({ maintenance: 'OFF', anomaly: 'ON' });
  });

  test('a window that has left the site file ends at the start', () => {
    const tape = new Tape();
    const office = new Office({ of: withWindow(100, 5000), ledger: tape }).readings(200);
    expect(stateOf(office).maintenance).toBe('ON');
    const later = new Office({ ledger: tape, path: office.path });
    later.minute = 200;
    later.readings(2);
    const actions = tape.entries().flatMap(({ entry }) => (entry.kind === 'command' ? [entry.action] : []));
    expect(actions).toEqual([
      { do: 'maintenance', stream: 'a', series: ['a'] },
      { do: 'maintenance', stream: 'a', series: [] },
    ]);
  });

  test('a series that begins in a window is in it from its next reading on', () => {
    const office = new Office({ of: withWindow(10, 100) }).readings(20, 50, ['a']).readings(2, 50, ['b']);
    expect(stateOf(office, 'b').maintenance).toBe('ON');
  });
});

test('a holiday changes the forecasts of the network on that day as a Sunday does, and nothing before', () => {
  const holiday = 7; // Monday of the second week
  const forecasts = (isHoliday: IsHoliday | null, shiftDays = 0) => {
    const { tuning } = site({ tuning: { hidden_size: 4, warmup: 10 } });
    const calendar = calendarOf({ timezone: null }, isHoliday);
    const series = [{ slug: 'a', unit: '', range: null, only: 'both' as const }];
    const monitor = new StreamMonitor('a', series, monitorOptions(tuning, null, calendar), () => undefined);
    return Array.from({ length: 24 * 8 }, (_, hour) => {
      const time = T + (hour + 24 * shiftDays) * 60 * MINUTE_MS;
      monitor.take(0, { series: 'a', at: time, value: hour % 24 > 8 ? 20 : 5 + (hour % 7), receivedAt: time });
      return monitor.status.forecastOf(0).margin;
    });
  };
  const day = (n: number): number => T / DAY_MS + n;
  const [without, within] = [forecasts(null), forecasts((n) => n === day(holiday))];
  expect(within.slice(0, 24 * 7)).toEqual(without.slice(0, 24 * 7));
  expect(within.slice(24 * 7)).not.toEqual(without.slice(24 * 7));
  // One week in which every day is a Sunday, whichever days they are.
  expect(forecasts(() => true, 2)).toEqual(forecasts(() => true, 3));
});

describe('the windows', () => {
  const of = (port: WindowPort | undefined) => {
    const notes: string[] = [];
    const maintenance = new Maintenance({
      port,
      groups: {},
      ledger: { recordCommand: () => undefined, seq: 0 },
      streams: { monitors: [], act: () => null },
      textOf: (time) => new Date(time).toISOString(),
      log: (_, __, message) => notes.push(message),
    });
    return { maintenance, notes };
  };
  const port = (...windows: Partial<MaintenanceWindow>[]): WindowPort => ({
    windows: (from, until) =>
      windows
        .map((window) => ({ from: 0, until: 0, series: null, reason: null, ...window }))
        .filter((window) => window.until > from && window.from < until),
    refresh: () => false,
  });

  test('that follow on one another are one time; between two edges nothing is due', () => {
    const { maintenance } = of(port({ from: 100, until: 200 }, { from: 150, until: 300 }, { from: 301, until: 400 }));
    maintenance.update(120);
    expect(maintenance.until('a', 'a', 120)).toBe(300);
    expect([149, 150, 119].map((time) => maintenance.isDue(time))).toEqual([false, true, true]);
    maintenance.update(300);
    expect([maintenance.until('a', 'a', 300), maintenance.isDue(300.5), maintenance.isDue(301)]).toEqual([
      null,
      false,
      true,
    ]);
  });

  test('an edge belongs to what begins there', () => {
    const { maintenance } = of(port({ from: 100, until: 200 }));
    maintenance.update(50);
    expect([99, 100, 199, 200].map((time) => maintenance.covers('a', 'a', time))).toEqual([false, true, true, false]);
  });

  test('a stream that is new within one is in it at once; the others are not looked at again for it', () => {
    let looks = 0;
    const told: string[] = [];
    const streamOf = (name: string, state = { in: false }) => ({
      name,
      state,
      stream: name,
      get series() {
        looks++;
        return [{ slug: name }];
      },
      status: { inMaintenance: () => state.in },
    });
    const all = [streamOf('s0'), streamOf('s1')];
    const maintenance = new Maintenance({
      port: port({ from: 100, until: 200 }),
      groups: {},
      ledger: { recordCommand: () => undefined, seq: 0 },
      streams: {
        monitors: all as never,
        act: ({ stream }) => {
          told.push(stream);
          all.find(({ name }) => name === stream)!.state.in = true;
          return null;
        },
      },
      textOf: String,
      log: () => undefined,
    });
    const updateAt = (time: number): boolean => {
      const due = maintenance.isDue(time);
      if (due) maintenance.update(time);
      return due;
    };
    updateAt(150);
    expect(told).toEqual(['s0', 's1']);
    for (let i = 2; i < 2000; i++) {
      all.push(streamOf(`s${i}`));
      expect([updateAt(150), told.at(-1), updateAt(150)]).toEqual([true, `s${i}`, false]);
    }
    expect(looks).toBe(2000);
    all.pop(); // an internal error has stopped it
    all.push(streamOf('other'));
    updateAt(150);
    expect([told.length, told.at(-1)]).toEqual([2001, 'other']);
  });

  test('a clock that is set back brings a window back', () => {
    const { maintenance, notes } = of(port({ from: 100, until: 200 }));
    for (const time of [150, 250, 150]) if (maintenance.isDue(time)) maintenance.update(time);
    expect(maintenance.covers('a', 'a', 150)).toBe(true);
    expect(notes.map((text) => text.slice(0, 34))).toEqual([
      'maintenance of the site until 1970',
      'maintenance of the site is over',
      'maintenance of the site until 1970',
    ]);
  });

  test('of a file that has changed are listed anew, once a minute at most', () => {
    let read = 0;
    const changing: WindowPort = {
      windows: () => (read === 0 ? [] : [{ from: 0, until: 1e6, series: null, reason: null }]),
      refresh: (onProblem) => {
        onProblem('b.ics is wrong');
        return ++read === 1;
      },
    };
    const { maintenance, notes } = of(changing);
    for (const time of [1000, 6000, 60_000]) {
      if (maintenance.isDue(time)) maintenance.update(time);
      maintenance.refresh(time);
    }
    expect([read, maintenance.isDue(60_001)]).toEqual([0, false]);
    maintenance.refresh(61_000);
    expect([read, maintenance.isDue(61_001)]).toEqual([1, true]);
    maintenance.update(61_001);
    expect(maintenance.covers('a', 'a', 61_001)).toBe(true);
    expect(notes).toEqual([
      'maintenance: b.ics is wrong',
      'maintenance: a calendar has changed and was read again',
      'maintenance of the site until 1970-01-01T00:16:40.000Z: alerts are held back, and nothing is learned',
    ]);
  });

  test('without any nothing is due after the first time', () => {
    const { maintenance } = of(undefined);
    expect(maintenance.isDue(5)).toBe(true);
    maintenance.update(5);
    expect([maintenance.isDue(1), maintenance.isDue(8e15)]).toEqual([false, false]);
  });

  test('a rule is listed anew before its list ends', () => {
    const daily = maintenanceSchema.parse([{ rule: 'FREQ=DAILY', start: '2026-01-05T10:00', for: '1h' }]);
    const { maintenance } = of(new Schedule(daily, (wall) => wall));
    let windows = 0;
    let inside = false;
    for (let time = T; time < T + 60 * DAY_MS; time += MINUTE_MS) {
      if (maintenance.isDue(time)) maintenance.update(time);
      const now = maintenance.covers('a', 'a', time);
      if (now && !inside) windows++;
      inside = now;
    }
    expect(windows).toBe(60);
  });
});
