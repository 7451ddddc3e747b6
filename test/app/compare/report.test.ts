import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { compare, type Comparison } from '../../../src/app/compare/compare.ts';
import { concludeFrom } from '../../../src/app/compare/conclusions.ts';
import { reportOf } from '../../../src/app/compare/report/report.ts';
import { kernel } from '../../nn/kernel.ts';
import { noise, recordingOf, rhythm } from './recordings.ts';

let comparison: Comparison;
beforeAll(async () => {
  const valve = rhythm(1500).map((value, i) => (i >= 1000 && i < 1020 ? value + 40 : value));
  comparison = await compare(() => Promise.resolve(recordingOf({ valve, air: noise(1500) })), {
    note: () => undefined,
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

test('it shows the conclusion, each contender, each series, and what was reported', () => {
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
