import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { compare, type Comparison } from '../../../src/app/compare/compare.ts';
import { concludeFrom } from '../../../src/app/compare/conclusions.ts';
import { recordingPage, type RecordingPart } from '../../../src/app/compare/report/recording-page.ts';
import { reportOf } from '../../../src/app/compare/report/report.ts';
import { kernel } from '../../nn/kernel.ts';
import { noise, recordingOf, rhythm } from './recordings.ts';

let comparison: Comparison;
beforeAll(async () => {
  const valve = rhythm(1500).map((value, i) => (i >= 1000 && i < 1020 ? value + 40 : value));
  comparison = await compare(() => Promise.resolve(recordingOf({ valve, air: noise(1500) })), {
    file: 'plant.csv',
    log: () => undefined,
    kernel,
    tuning: { coolDown: 0 },
    separate: true,
    cells: ['rnn', 'peephole-lstm'],
    learners: ['tbptt', 'snap1'],
    onProgress: () => undefined,
  });
});

const report = (changed: Partial<Comparison> = {}, file = 'plant.csv'): string => {
  const whole = { ...comparison, ...changed };
  return reportOf(whole, concludeFrom(whole), { file, version: '1.0.0', machine: 'a machine' });
};

/** The tags of a page, in order; throws where one is not closed in its turn. */
function tagsOf(page: string): readonly string[] {
  const open: string[] = [];
  const tags: string[] = [];
  for (const [tag, slash, name, end] of page.matchAll(/<(\/?)([a-z0-9]+)(?:\s[^<>]*?)?(\/?)>/g)) {
    tags.push(`${slash}${name}`);
    if (slash === '/') {
      if (open.pop() !== name) throw new Error(`${tag} closes what is not open`);
    } else if (end !== '/' && name !== 'meta') open.push(name);
  }
  if (open.length > 0) throw new Error(`${open.join()} left open`);
  return tags;
}

test('the report is one well-formed page that loads nothing and runs nothing', () => {
  const page = report();
  expect(page.startsWith('<!doctype html>\n')).toBe(true);
  expect(tagsOf(page).slice(0, 2)).toEqual(['html', 'head']);
  expect(tagsOf(page)).not.toContain('script');
  expect(page).not.toMatch(/\b(?:src|href|action|data)=|url\(|@import|https?:|javascript:/);
  expect(page).toContain(`content="default-src &#39;none&#39;; style-src &#39;unsafe-inline&#39;"`);
  expect(page).not.toMatch(/NaN|Infinity|undefined|null|\[object/);
});

test('it shows the conclusion, each contender, each series, and the findings', () => {
  const page = report();
  const { headline } = concludeFrom(comparison);
  expect(page).toContain(`<h1>${headline}</h1>`);
  for (const { contender } of comparison.results) expect(page).toContain(`${contender.label}</div>`);
  for (const column of comparison.columns) expect(page).toContain(`<h3>${column}<small>`);
  expect(page).toMatch(/\d+ in all: \d+ reported by every contender/);
});

test('whatever a file and its columns are called, they are text and never markup', () => {
  const tags = tagsOf(report());
  const name = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom(
      '<script>alert(1)</script>',
      '"><img src=x onerror=alert(1)>',
      "' onmouseover='x",
      '</style>',
      '&lt;',
    ),
  );
  fc.assert(
    fc.property(name, name, name, (file, valve, air) => {
      const page = report({ columns: [valve, air] }, `data/${file}`);
      expect(tagsOf(page)).toEqual(tags);
      expect(page).not.toMatch(/(?![\t\n\r])\p{Cc}|\p{Cs}/u);
    }),
    { numRuns: 60 },
  );
});

test('one anomaly is one anomaly', () => {
  const counts = (...anomalies: number[]): string => {
    const results = comparison.results
      .slice(0, anomalies.length)
      .map((each, i) => ({ ...each, anomalies: anomalies[i] }));
    return concludeFrom({ ...comparison, results }).sentences.at(-1)!;
  };
  expect(counts(1, 1)).toBe('Each of them reports 1 anomaly.');
  expect(counts(2, 2)).toBe('Each of them reports 2 anomalies.');
  expect(counts(0, 1)).toMatch(/^They report between 0 and 1 anomaly, the baseline 0;/);
});

test('a recording that ends within the warm-up has a report too', () => {
  const results = comparison.results.map((result) => ({ ...result, loss: NaN, lateLoss: NaN, seriesLoss: new Map() }));
  const page = report({ results });
  tagsOf(page);
  expect(page).toContain('<h1>This recording ends before the warm-up does.</h1>');
  expect(page).not.toMatch(/NaN|Infinity|undefined/);
});

test('its size is bounded whatever the length of the recording: the picture is thinned, the lists are cut', () => {
  expect(report().length).toBeLessThan(400_000);
});

describe('the page of replay and evaluate', () => {
  const part = (changed: Partial<RecordingPart> = {}): RecordingPart => {
    const [{ trace, episodes, anomalies, sensorFaults }] = comparison.results;
    const { columns, series, firstAt, lastAt, rows } = comparison;
    const labels = [[firstAt, firstAt + 60_000]] as const;
    return {
      file: 'data/plant.csv',
      rows,
      view: {
        columns,
        series,
        firstAt,
        lastAt,
        trace,
        episodes,
        noteOf: () => null,
        forecaster: 'the baseline',
        labels,
      },
      anomalies,
      sensorFaults,
      notes: ['The newest row is first: rows sorted by time.'],
      judge: () => 'in a label',
      ...changed,
    };
  };
  const page = (...parts: RecordingPart[]): string =>
    recordingPage(parts, {
      command: 'evaluate',
      headline: '1 of 1 labelled event found',
      table: { header: ['recording', 'found'], lines: [['plant.csv', '1 of 1']] },
      version: '1.0.0',
      machine: 'a machine',
    });

  test('is well-formed, loads nothing, and shows each series, each anomaly and its notes', () => {
    const text = page(part());
    expect(tagsOf(text)).not.toContain('script');
    expect(text).not.toMatch(/\b(?:src|href|action|data)=|url\(|@import|https?:|javascript:/);
    expect(text).not.toMatch(/NaN|Infinity|undefined|null|\[object/);
    expect(text).toContain('<h1>1 of 1 labelled event found</h1>');
    for (const column of comparison.columns) expect(text).toContain(`<h3>${column}<small>`);
    expect(text.split('<td>in a label</td>')).toHaveLength(comparison.results[0].episodes.length + 1);
    expect(text).toContain('The newest row is first: rows sorted by time.');
    expect(text).toContain('<rect class="label"');
  });

  test('has a section for each recording; without labels or anomalies it has no marks of them', () => {
    const { view } = part();
    const calm = part({ view: { ...view, episodes: [], labels: null }, anomalies: 0, sensorFaults: 0, judge: null });
    const text = page(calm, part({ file: 'other.csv' }));
    tagsOf(text);
    expect(text).toContain('<h2>plant.csv</h2>');
    expect(text).toContain('<h2>other.csv</h2>');
    expect(text).toContain('<p>No anomalies.</p>');
    expect(page(calm)).not.toContain('<rect class="label"');
  });

  test('a file and columns of any name are text and never markup', () => {
    const names = ['<script>alert(1)</script>', '"><img src=x onerror=alert(1)>', "' onmouseover='x", '</style>'];
    for (const name of names) {
      const view = { ...part().view, columns: [name, name] };
      expect(tagsOf(page(part({ file: name, view, notes: [name], judge: () => name })))).not.toContain('script');
    }
  });
});
