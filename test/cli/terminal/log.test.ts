import { closeSync, fstatSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, onTestFinished, test } from 'vitest';
import { isJournal, withPriority } from '../../../src/cli/terminal/journal.ts';
import { formatFor, journal, json, pretty } from '../../../src/cli/terminal/log.ts';

const AT = '2026-11-26T14:02:11.000Z';
const line = (fields: object): string => JSON.stringify({ level: 30, time: AT, msg: 'new series', ...fields });

/** As `localTime` has to give it, whatever the zone of this machine is. */
const LOCAL = new Date(AT).toLocaleString('sv-SE');

describe('a line of the log', () => {
  const alarm = line({ level: 40, series: 'hall', score: 1.38, where: ['a b'], unit: 'm³/h of "x"' });

  test('on a terminal: local time, level, message, fields', () => {
    expect(stripVTControlCharacters(pretty()(alarm))).toBe(
      `${LOCAL} warn  new series  series=hall score=1.38 where=["a b"] unit="m³/h of \\"x\\""\n`,
    );
    expect(stripVTControlCharacters(pretty()(line({})))).toBe(`${LOCAL} info  new series\n`);
  });

  test('in the journal: priority, message, fields; no time, as the journal has one', () => {
    expect(journal(alarm)).toBe('<4>new series series=hall score=1.38 where=["a b"] unit="m³/h of \\"x\\""\n');
  });

  test.each([
    [20, 7],
    [30, 6],
    [40, 4],
    [50, 3],
    [60, 2],
  ])('of level %d has priority %d', (level, priority) => {
    expect(journal(line({ level }))).toBe(`<${priority}>new series\n`);
  });

  test('with an error has its stack in lines of their own, each with the priority', () => {
    const failed = line({ level: 50, err: { message: 'no', stack: 'Error: no\n    at here' } });
    expect(journal(failed)).toBe('<3>new series\n<3>Error: no\n<3>    at here\n');
    expect(stripVTControlCharacters(pretty()(failed))).toBe(`${LOCAL} error new series\nError: no\n    at here\n`);
  });
});

test('auto is pretty on a terminal, journal where stderr is the journal, else JSON', () => {
  const of = (isTTY: boolean, isJournal: boolean) => formatFor('auto', { isTTY, isJournal });
  expect(of(false, false)).toBe(json);
  expect(of(false, true)).toBe(journal);
  expect(stripVTControlCharacters(of(true, false)(line({})))).toBe(`${LOCAL} info  new series\n`);
  expect(formatFor('json', { isTTY: true, isJournal: true })).toBe(json);
  expect(formatFor('journal', { isTTY: true, isJournal: false })).toBe(journal);
});

test('stderr is the journal when JOURNAL_STREAM has its device and inode', () => {
  const directory = mkdtempSync(join(tmpdir(), 'zankyo-journal-'));
  const fd = openSync(join(directory, 'stream'), 'w');
  onTestFinished(() => {
    closeSync(fd);
    rmSync(directory, { recursive: true });
  });
  const { dev, ino } = fstatSync(fd, { bigint: true });
  expect(isJournal({ JOURNAL_STREAM: `${dev}:${ino}` }, fd)).toBe(true);
  expect(isJournal({ JOURNAL_STREAM: `${dev}:${ino + 1n}` }, fd)).toBe(false);
  expect(isJournal({}, fd)).toBe(false);
});

test('each line of a message has its priority', () => {
  expect(withPriority('site.yaml:1:1: a\nsite.yaml:2:1: b', 3)).toBe('<3>site.yaml:1:1: a\n<3>site.yaml:2:1: b');
});
