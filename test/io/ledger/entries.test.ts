import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EntryWriter, entriesIn, type JournalEntry } from '../../../src/io/ledger/entries.ts';

const SERIES = Array.from({ length: 300 }, (_, i) => `series-${i}`);
const nameOf = (id: number): string => SERIES[id];

const time = fc
  .oneof(
    fc.integer({ min: 0, max: 4e12 }),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.constantFrom(0, 1.5, -1, Number.MAX_SAFE_INTEGER, Number.MAX_VALUE, -Number.MAX_VALUE, 0.1),
  )
  .map((at) => at + 0); // no clock says -0
const value = fc.double({ noNaN: true, noDefaultInfinity: true });
const entry: fc.Arbitrary<JournalEntry> = fc.oneof(
  fc.record({ kind: fc.constant('tick' as const), at: time }),
  fc.record({ kind: fc.constant('downtime' as const), at: time, downtimeMs: fc.oneof(time, fc.constant(Infinity)) }),
  fc.record({ kind: fc.constant('session' as const) }),
  fc.record({
    kind: fc.constant('command' as const),
    at: time,
    action: fc.oneof(
      fc.record({ do: fc.constantFrom('freeze' as const, 'accept' as const), stream: fc.string({ maxLength: 5000 }) }),
      fc.record({
        do: fc.constant('mark' as const),
        stream: fc.string(),
        series: fc.string(),
        mark: fc.constantFrom('fault' as const, 'normal' as const, null),
        event: fc.record({ from: fc.nat(), until: fc.nat(), value: fc.constantFrom(null, 1.5) }),
      }),
    ),
  }),
  fc.record({ kind: fc.constant('training_rate' as const), learnEvery: fc.nat(300) }),
  fc.record({
    kind: fc.constant('delivery' as const),
    delivery: fc.record({ id: fc.integer({ min: 1, max: 65_535 }), fingerprint: fc.nat(0xffffffff) }),
  }),
  fc
    .record({
      receivedAt: time,
      source: fc.integer({ min: 1, max: 2 ** 32 }),
      said: fc.array(
        fc.record({
          id: fc.nat(SERIES.length - 1),
          value,
          at: fc.option(time, { nil: undefined }),
          saidAt: fc.option(time, { nil: undefined }),
        }),
        { minLength: 1, maxLength: 5 },
      ),
    })
    .map(({ receivedAt, source, said }) => ({
      kind: 'message' as const,
      source,
      readings: said.map(({ id, value, at, saidAt }) => ({
        series: SERIES[id],
        value,
        at: at ?? receivedAt,
        receivedAt,
        ...(saidAt === undefined ? {} : { saidAt }),
      })),
    })),
);

function write(writer: EntryWriter, entry: JournalEntry): void {
  if (entry.kind === 'session') writer.session();
  else if (entry.kind === 'delivery') writer.delivery(entry.delivery);
  else if (entry.kind === 'message') writer.message(entry.source, entry.readings, (slug) => SERIES.indexOf(slug));
  else if (entry.kind === 'training_rate') writer.trainingRate(entry.learnEvery);
  else if (entry.kind === 'downtime') writer.downtime(entry.at, entry.downtimeMs);
  else if (entry.kind === 'command') writer.command(entry.at, entry.action);
  else writer.tick(entry.at);
}

describe('entries of the journal', () => {
  test('are read as they were written, to the last bit', () => {
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 30 }), (entries) => {
        const writer = new EntryWriter();
        for (const each of entries) write(writer, each);
        expect([...entriesIn(writer.bytes, nameOf)]).toEqual(entries);
      }),
    );
  });

  test('the writer begins anew after a row', () => {
    const writer = new EntryWriter();
    writer.tick(1_700_000_000_000);
    const first = writer.bytes.slice();
    writer.clear();
    expect(writer.length).toBe(0);
    writer.tick(1_700_000_000_000);
    expect(writer.bytes).toEqual(first);
  });

  test('a message of one reading a second after another takes 19 bytes', () => {
    const writer = new EntryWriter();
    const say = (at: number): void => {
      writer.message(2 ** 31, [{ series: 'series-7', at, value: 20.5, receivedAt: at }], (series) =>
        SERIES.indexOf(series),
      );
    };
    say(1_700_000_000_000);
    const before = writer.length;
    say(1_700_000_001_000);
    expect(writer.length - before).toBe(19);
  });

  test('whatever the bytes are, they are entries or a RangeError', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          for (const { kind } of entriesIn(bytes, () => '')) expect(kind).toBeTypeOf('string');
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError);
        }
      }),
    );
  });
});
