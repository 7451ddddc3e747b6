import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import {
  readRecording,
  openRecording,
  type Recording,
  type RecordingOptions,
} from '../../../src/io/files/recording.ts';
import { encode } from '../../stream/dialects/sparkplug-encoder.ts';

const directory = mkdtempSync(join(tmpdir(), 'zankyo-formats-'));
afterAll(() => {
  rmSync(directory, { recursive: true });
});
let files = 0;
const file = (lines: readonly string[]): string => {
  const path = join(directory, `${files++}.txt`);
  writeFileSync(path, lines.join('\n'));
  return path;
};

interface Read {
  readonly recording: Recording;
  readonly rows: readonly (readonly (number | string)[])[];
}
/** The rows as [time, ...values], times as ISO texts without what is 0. */
const read = async (lines: readonly string[], options?: RecordingOptions): Promise<Read> => {
  const recording = await readRecording(file(lines), options);
  const rows = [];
  for await (const { at, values } of recording)
    rows.push([new Date(at).toISOString().replace(/(:00)?\.000Z$/, ''), ...values]);
  return { recording, rows };
};
const refusal = async (lines: readonly string[], options?: RecordingOptions): Promise<string> =>
  read(lines, options).then(
    () => 'was read',
    (error: unknown) => (error as Error).message.replace(/^\S+ /, ''),
  );

describe('times', () => {
  test.each([
    ['31.01.2025 12:05', '2025-01-31T12:05'],
    ['31.1.2025, 9:05:30', '2025-01-31T09:05:30'],
    ['31/01/2025 12:05:00', '2025-01-31T12:05'],
    ['31-01-2025 12:05', '2025-01-31T12:05'],
    ['01/31/2025 12:05 AM', '2025-01-31T00:05'],
    ['1/31/2025, 12:05:30 PM', '2025-01-31T12:05:30'],
    ['1/31/2025 1:05 p.m.', '2025-01-31T13:05'],
    ['2025/01/31 12:05', '2025-01-31T12:05'],
    ['31.01.2025 12:05 +01:00', '2025-01-31T11:05'],
    ['31.01.2025', '2025-01-31T00:00'],
    ['2025-01-31', '2025-01-31T00:00'],
  ])('%s', async (cell, iso) => {
    expect((await read(['t;v', `${cell};1`])).rows).toEqual([[iso, 1]]);
  });

  test.each(['32.01.2025', '31.02.2025', '31.01.2025 24:00', '13/13/2025', '1/31/2025 13:05 PM', '31.01.25 12:00'])(
    '%s is not a time',
    async (cell) => {
      expect(await refusal(['t;v', `${cell};1`])).toContain('has no column that begins with a time');
    },
  );

  test('a day above 12 in any row decides for all rows which of day and month is first', async () => {
    const dayFirst = await read(['t,v', '03/04/2025 10:00,1', '13/04/2025 10:00,2']);
    expect(dayFirst.rows.map(([t]) => t)).toEqual(['2025-04-03T10:00', '2025-04-13T10:00']);
    expect(dayFirst.recording.notes).toEqual(['Dates have the day first: 13/04/2025 10:00.']);
    const monthFirst = await read(['t,v', '03/04/2025 10:00,1', '04/13/2025 10:00,2']);
    expect(monthFirst.rows.map(([t]) => t)).toEqual(['2025-03-04T10:00', '2025-04-13T10:00']);
  });

  test('the deciding row may come after thousands of others', async () => {
    const lines = Array.from({ length: 5000 }, (_, i) => `04/05/2025 ${i % 24}:00,1`);
    const { rows } = await read(['t,v', ...lines, '05/13/2025 0:00,1']);
    expect(rows[0][0]).toBe('2025-04-05T00:00');
  });

  test('if no row decides, the error asks for one of two options', async () => {
    expect(await refusal(['t,v', '03/04/2025 10:00:00,1', '04/04/2025 10:00:00,1'])).toBe(
      'column "t" holds dates such as "03/04/2025 10:00:00", and no row shows whether the day or the month stands first: ' +
        'give --time-format "%d/%m/%Y %H:%M:%S" (day first) or --time-format "%m/%d/%Y %H:%M:%S" (month first)',
    );
    expect(await refusal(['t,v', '3/4/2025 1:05 PM,1'])).toContain('--time-format "%m/%d/%Y %I:%M %p" (month first)');
    const lines = ['t,v', '03/04/2025 10:00:00,1'];
    expect((await read(lines, { timeFormat: '%d/%m/%Y %H:%M:%S' })).rows[0][0]).toBe('2025-04-03T10:00');
    expect((await read(lines, { timeFormat: '%m/%d/%Y %H:%M:%S' })).rows[0][0]).toBe('2025-03-04T10:00');
  });

  test('dates with dots have the day first; equal day and month need no decision', async () => {
    expect((await read(['t,v', '03.04.2025 10:00,1'])).rows[0][0]).toBe('2025-04-03T10:00');
    expect((await read(['t,v', '04/04/2025 10:00,1'])).rows[0][0]).toBe('2025-04-04T10:00');
  });

  test('a column in both orders is an error that shows one row of each', async () => {
    expect(await refusal(['t,v', '13/04/2025,1', '04/14/2025,1'])).toMatch(
      /^column "t" holds dates with the day first, such as "13\/04\/2025", and dates with the month first, such as "04\/14\/2025"/,
    );
  });

  test('date and time of day may stand in two columns, in any order', async () => {
    const { rows, recording } = await read(['Time,v,Date', '9:05 PM,1,1/31/2025', '9:06 PM,2,1/31/2025']);
    expect(rows).toEqual([
      ['2025-01-31T21:05', 1],
      ['2025-01-31T21:06', 2],
    ]);
    expect([recording.time, recording.values]).toEqual(['Date Time', ['v']]);
    const named = await read(['a,b,c,v', '2025-01-30,2025-01-31,12:00,1'], { time: ['b', 'c'] });
    expect(named.rows[0][0]).toBe('2025-01-31T12:00');
  });

  test('--time-format reads the two columns together', async () => {
    const lines = ['Date,Time,v', '3/9/2025,9:05 PM,1'];
    expect(await refusal(lines)).toContain('--time-format "%m/%d/%Y %I:%M %p" (month first)');
    const iso = [['2025-03-09T21:05', 1]];
    expect((await read(lines, { timeFormat: '%m/%d/%Y %I:%M %p' })).rows).toEqual(iso);
    const other = ['day,hour,v', '9 Mar 25,2105,1'];
    const options = { timeFormat: '%d %b %y %H%M', time: ['day', 'hour'] };
    expect((await read(other, options)).rows).toEqual([['2025-03-09T21:05', 1]]);
    expect(await refusal(other, { timeFormat: '%d %b %y %H%M' })).toContain('name both with --time');
  });

  test('a column with date and time is preferred to one with the date alone', async () => {
    const { rows } = await read(['day,when,v', '2025-01-31,2025-01-31 12:05,1']);
    expect(rows).toEqual([['2025-01-31T12:05', 1]]);
  });

  test.each([
    ['%d.%m.%y %H:%M:%S', '31.01.25 12:05:30', '2025-01-31T12:05:30'],
    ['%d %b %Y %I:%M %p', '31 January 2025 12:05 am', '2025-01-31T00:05'],
    ['%Y%m%d%H%M', '202501311205', '2025-01-31T12:05'],
    ['%FT%T.%f%z', '2025-01-31T12:05:00.25+0100', '2025-01-31T11:05:00.250Z'],
    ['on %D at %R', 'on 01/31/25 at 12:05', '2025-01-31T12:05'],
  ])('--time-format %s reads %s', async (timeFormat, cell, iso) => {
    expect((await read(['t;v', `${cell};1`], { timeFormat })).rows).toEqual([[iso, 1]]);
  });

  test.each([
    ['%d.%m.%y %Q', '%Q is unknown; known are %Y'],
    ['%H:%M', 'a year (%Y), a month (%m) and a day (%d) are needed'],
    ['%d.%m.%Y %I:%M', '%I and %p (AM or PM) belong together'],
    ['%d.%d.%m.%Y', '%d occurs twice'],
  ])('--time-format %s is a wrong option', async (timeFormat, why) => {
    const error: unknown = await readRecording(file(['t,v', '1,1']), { timeFormat }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'usage' });
    expect((error as Error).message).toContain(why);
  });

  test('any date is read back from the formats that are recognised', async () => {
    const day = fc.date({ min: new Date('1991-01-01'), max: new Date('2099-01-01'), noInvalidDate: true });
    await fc.assert(
      fc.asyncProperty(
        fc.array(day, { minLength: 1, maxLength: 20 }),
        fc.constantFrom('.', '/', '-'),
        async (days, sign) => {
          const times = [...days, new Date('2099-12-31')].map((at) => new Date(Math.floor(at.getTime() / 1000) * 1000));
          const text = (at: Date): string => {
            const [date, time] = at.toISOString().slice(0, 19).split('T');
            return `${date.split('-').reverse().join(sign)} ${time}`;
          };
          const { rows } = await read(['t,v', ...times.map((at) => `${text(at)},1`)], { everyRow: true });
          expect(rows.map(([at]) => Date.parse(`${at}Z`.replace(/(?<=T\d\d:\d\d)Z/, ':00Z')))).toEqual(
            times.map(Number),
          );
        },
      ),
      { numRuns: 30 },
    );
  });
});

describe('numbers', () => {
  const values = async (cells: readonly string[], options?: RecordingOptions, delimiter = '|'): Promise<unknown> =>
    (
      await read([`t${delimiter}v`, ...cells.map((cell, i) => `2025-01-31 12:0${i}${delimiter}${cell}`)], options)
    ).rows.map(([, value]) => value);

  test.each([
    [
      ['20.3 °C', '20.4°C'],
      [20.3, 20.4],
    ],
    [
      ['45 %', '45.5 % '],
      [45, 45.5],
    ],
    [
      ['12 µg/m³', '1e-1 µg/m³'],
      [12, 0.1],
    ],
    [
      ['1,013.2', '998.7'],
      [1013.2, 998.7],
    ],
    [
      ['1.013,2', '998,7'],
      [1013.2, 998.7],
    ],
    [
      ['1 013,2 hPa', '998,7 hPa'],
      [1013.2, 998.7],
    ],
    [
      ["12'500", '900.5'],
      [12500, 900.5],
    ],
    [
      ['1,234,567', '1,234'],
      [1234567, 1234],
    ],
    [
      ['1,234', '0.5'],
      [1234, 0.5],
    ],
    [
      ['1.234', '0,5'],
      [1234, 0.5],
    ],
    [
      ['1.234', '2.345'],
      [1.234, 2.345],
    ],
    [
      ['−4,5', '+4,5'],
      [-4.5, 4.5],
    ],
    [
      ['on', 'off'],
      [1, 0],
    ],
  ])('%j', async (cells, numbers) => {
    expect(await values(cells)).toEqual(numbers);
  });

  test('a column without proof takes the decimal sign of the other columns', async () => {
    const { rows } = await read(['t;a;b', '2025-01-31 12:00;1.234;0,5']);
    expect(rows).toEqual([['2025-01-31T12:00', 1234, 0.5]]);
  });

  test('if nothing decides between thousands and decimals, the error asks for the option', async () => {
    const ask = 'which may have thousands or three decimals: give the decimal sign with --decimal . or --decimal ,';
    await expect(values(['1,234', '2,345'])).rejects.toThrow(`column "v" holds numbers such as "1,234", ${ask}`);
    await expect(values(['1.234'], {}, ';')).rejects.toThrow(ask);
    expect(await values(['1,234'], { decimal: '.' })).toEqual([1234]);
    expect(await values(['1,234'], { decimal: ',' })).toEqual([1.234]);
    expect(await values(['1.234'], { decimal: ',' }, ';')).toEqual([1234]);
  });

  test('a column with both decimal signs is an error; with --decimal the other ones are left out', async () => {
    await expect(values(['1,5', '1.5'])).rejects.toThrow('holds "1.5" and "1,5": give the decimal sign');
    expect(await values(['1,5', '1.5'], { decimal: '.' })).toEqual([NaN, 1.5]);
  });

  test('numbers of another unit are unreadable; a column of words with numbers is not a value', async () => {
    const { rows, recording } = await read([
      't|v|note',
      '2025-01-31 12:00|950 W|3 men',
      '2025-01-31 12:01|1.2 kW|some men',
      '2025-01-31 12:02|950.5|many',
    ]);
    expect(rows.map(([, ...cells]) => cells)).toEqual([[950], [NaN], [950.5]]);
    expect(recording.unreadableCells).toBe(1);
  });
});

describe('order', () => {
  test('the newest row first: sorted, and said so', async () => {
    const { rows, recording } = await read(['t,v', '2025-01-31 12:02,3', '2025-01-31 12:01,2', '2025-01-31 12:01,1']);
    expect(rows.map(([, value]) => value)).toEqual([1, 2, 3]);
    expect(recording.notes).toEqual(['The newest row is first: rows sorted by time.']);
    expect(recording).toMatchObject({ rows: 3, bytesRead: recording.bytesTotal });
  });

  test('no order at all: sorted, and said so', async () => {
    const { rows, recording } = await read(['t,v', ...[3, 1, 2].map((day) => `2025-01-0${day} 12:00,${day}`)]);
    expect(rows.map(([, value]) => value)).toEqual([1, 2, 3]);
    expect(recording.notes).toEqual(['Rows sorted by time: 2 of 3 were earlier than a row before them.']);
  });

  test('a few late rows stay where they are: the service would meet them late, too', async () => {
    const minutes = [...Array.from({ length: 20 }, (_, i) => i), 5, 20];
    const { rows, recording } = await read(['t,v', ...minutes.map((m) => `2025-01-31 12:${m + 10},${m}`)]);
    expect(rows.map(([, value]) => value)).toEqual(minutes);
    expect(recording.notes).toEqual([]);
  });

  test('every row in the order of the file, when that is asked for', async () => {
    const lines = ['t,v', '2025-01-31 12:02,3', '2025-01-31 12:01,2'];
    expect((await read(lines, { everyRow: true })).rows.map(([, value]) => value)).toEqual([3, 2]);
  });

  test('sorting gives any rows in the order of time, and each as often as it is there', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(50), { minLength: 1, maxLength: 3000 }), async (seconds) => {
        const recording = await openRecording(file(['t,v', ...seconds.map((s, i) => `${1738324800 + s},${i}`)]));
        for (let time = 0; time < 2; time++) {
          const all: [number, number][] = [];
          for await (const { at, values } of recording.read()) all.push([at / 1000 - 1738324800, values[0]]);
          const late = all.filter(([s], i) => i > 0 && s < all[i - 1][0]).length;
          expect(late).toBeLessThanOrEqual(0.1 * seconds.length);
          expect(all.map(([, i]) => i).toSorted((a, b) => a - b)).toEqual([...seconds.keys()]);
          expect(all.every(([s, i]) => seconds[i] === s)).toBe(true);
        }
        recording.close();
      }),
      { numRuns: 20 },
    );
  });
});

describe('one series a row', () => {
  const history = [
    'entity_id,state,last_changed',
    'sensor.hall,20.5,2025-01-31T12:00:00.000Z',
    'sensor.hall,unavailable,2025-01-31T12:01:00.000Z',
    'sensor.hall,20.7,2025-01-31T12:02:00.000Z',
    'sensor.door,off,2025-01-31T12:00:00.000Z',
    'sensor.door,on,2025-01-31T12:01:30.000Z',
    'weather.home,sunny,2025-01-31T12:00:00.000Z',
  ];

  test('a history of Home Assistant: a column for each entity with numbers, merged by time', async () => {
    const { rows, recording } = await read(history);
    expect(recording.values).toEqual(['sensor.hall', 'sensor.door']);
    expect(rows).toEqual([
      ['2025-01-31T12:00', 20.5, 0],
      ['2025-01-31T12:01', NaN, NaN],
      ['2025-01-31T12:01:30', NaN, 1],
      ['2025-01-31T12:02', 20.7, NaN],
    ]);
    expect((await read(history, { values: ['sensor.door'] })).rows.at(-1)).toEqual(['2025-01-31T12:02', NaN]);
  });

  test('any other column can name the series; several columns of values give several series', async () => {
    const lines = ['room,at,t,rh', 'hall,2025-01-31 12:00,20.5,40', 'attic,2025-01-31 12:00,15,60'];
    const { rows, recording } = await read(lines, { series: 'room' });
    expect(recording.values).toEqual(['hall t', 'hall rh', 'attic t', 'attic rh']);
    expect(rows).toEqual([['2025-01-31T12:00', 20.5, 40, 15, 60]]);
    expect(await refusal(lines, { series: 'house' })).toBe('has no column "house"; its columns are room, at, t, rh');
  });
});

describe('JSON and MQTT', () => {
  test('JSON lines: keys are columns, also within objects, and may come later', async () => {
    const { rows, recording } = await read([
      '{"time":"2025-01-31T12:00:00Z","t":20.5,"power":{"l1":1.234},"note":"x"}',
      'no JSON',
      '{"time":"2025-01-31T12:01:00Z","t":null,"rh":"40 %"}',
    ]);
    expect(recording.values).toEqual(['t', 'power.l1', 'rh']);
    expect(rows).toEqual([
      ['2025-01-31T12:00', 20.5, 1.234, NaN],
      ['2025-01-31T12:01', NaN, NaN, 40],
    ]);
    expect(recording.skippedRows).toBe(1);
    expect(await refusal(['[{"time":1}]'])).toContain('is a JSON list: write one object a line');
  });

  test.each([
    ["-F '%I %t %p'", (at: string, topic: string, payload: string) => `${at}+0000 ${topic} ${payload}`],
    [
      "-F '%U %t %p'",
      (at: string, topic: string, payload: string) => `${Date.parse(`${at}Z`) / 1000}.000000000 ${topic} ${payload}`,
    ],
    [
      '-F %J',
      (at: string, topic: string, payload: string) =>
        `{"tst":"${at}.000000+0000","topic":"${topic}","qos":0,"retain":0,"payloadlen":2,"payload":${payload}}`,
    ],
    [
      '-F %j',
      (at: string, topic: string, payload: string) =>
        `{"tst":"${at}.000000+0000","topic":"${topic}","qos":0,"retain":0,"payloadlen":2,"payload":${JSON.stringify(payload)}}`,
    ],
  ])('mosquitto_sub %s', async (_, line) => {
    const { rows, recording } = await read([
      line('2025-01-31T12:00:00', 'hall/temperature', '20.5'),
      line('2025-01-31T12:00:00', 'attic', '{"t":15,"battery":{"v":3.1}}'),
      line('2025-01-31T12:01:00', 'hall/temperature', '20.6'),
    ]);
    expect(recording.values).toEqual(['hall/temperature', 'attic t', 'attic battery.v']);
    expect(rows).toEqual([
      ['2025-01-31T12:00', 20.5, 15, 3.1],
      ['2025-01-31T12:01', 20.6, NaN, NaN],
    ]);
  });

  test("mosquitto_sub -F '%U %t %x': Sparkplug and CBOR in hexadecimal, names from the birth, times of the messages", async () => {
    const at = Date.parse('2025-01-31T12:00:00Z');
    const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
    const flow = (seq: number, value: number): string =>
      hex(encode({ timestamp: at + seq * 1000, seq, metrics: [{ alias: 1, type: 10, bare: true, value }] }));
    const birth = { timestamp: at, seq: 0, metrics: [{ name: 'Flow', alias: 1, type: 10, value: 7, timestamp: at }] };
    const { rows, recording } = await read([
      `${at / 1000}.2 spBv1.0/W/NBIRTH/S1 ${hex(encode(birth))}`,
      `${at / 1000 + 1}.2 spBv1.0/W/NDATA/S1 ${flow(1, 7.5)}`,
      `${at / 1000 + 2}.0 hall a16474656d70f94d60`,
      `${at / 1000 + 2}.2 spBv1.0/W/NDATA/S1 ${flow(2, 8)}`,
      `${at / 1000 + 3}.0 attic 9512`,
    ]);
    expect(recording.values).toEqual(['W/S1 Flow', 'hall temp', 'attic']);
    expect(rows).toEqual([
      ['2025-01-31T12:00', 7, NaN, NaN],
      ['2025-01-31T12:00:01', 7.5, NaN, NaN],
      ['2025-01-31T12:00:02', 8, 21.5, NaN],
      ['2025-01-31T12:00:03', NaN, NaN, 9512],
    ]);
  });

  test('a message of several times gives a row for each', async () => {
    const pack =
      '[{"bn":"pump:","bt":1738324800,"n":"flow","v":1},{"n":"flow","t":10,"v":2},{"n":"temp","t":10,"v":3}]';
    const { rows, recording } = await read([
      `{"tst":"2025-01-31T12:00:11+0000","topic":"x","payload":${JSON.stringify(pack)}}`,
    ]);
    expect(recording.values).toEqual(['pump flow', 'pump temp']);
    expect(rows).toEqual([
      ['2025-01-31T12:00', 1, NaN],
      ['2025-01-31T12:00:10', 2, 3],
    ]);
  });

  test('more columns than anybody watches are refused', async () => {
    const line = JSON.stringify(Object.fromEntries(Array.from({ length: 1001 }, (_, i) => [`k${i}`, i])));
    expect(await refusal([line])).toBe('has more than 1000 columns or series');
  });
});

test('the line with which Excel names the separator is not the header', async () => {
  const { rows, recording } = await read(['sep=;', 't;v', '2025-01-31 12:00;1,5']);
  expect([recording.values, rows]).toEqual([['v'], [['2025-01-31T12:00', 1.5]]]);
});

test('label columns are found in any case, and named in the order of the options', async () => {
  const { recording } = await read(['t,v,Label,ANOMALY', '2025-01-31 12:00,1,0,1'], { labels: ['anomaly', 'label'] });
  expect([recording.values, recording.label]).toEqual([['v'], 'ANOMALY']);
});
