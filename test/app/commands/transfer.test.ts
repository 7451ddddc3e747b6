import { expect, test, vi } from 'vitest';
import { MAX_FILE_BYTES, sha256 } from '../../../src/io/mqtt/learned/chunk.ts';
import { decodeStreamFile, encodeStreamFile } from '../../../src/io/files/stream-file.ts';
import type { LearnedFile, LearnedPort } from '../../../src/stream/ports/ports.ts';
import { Office, site } from './office.ts';

/** The files that a site has sent. */
const outlet = (): LearnedPort & { readonly sent: LearnedFile[]; sending: boolean } => {
  const port = {
    sent: [] as LearnedFile[],
    sending: false,
    isSending: () => port.sending,
    send: (_: string, files: readonly LearnedFile[]) => {
      port.sent.push(...files);
    },
  };
  return port;
};
const officeOf = (name: string, rest: object = {}) => {
  const learned = outlet();
  return { office: new Office({ of: site({ site: name, ...rest }), learned }), learned };
};
/** What series a of the site north has learned from 3 days. */
const fileOf = (rest: object = {}): Uint8Array => {
  const { office, learned } = officeOf('north', rest);
  office.readings(3 * 1440);
  expect(office.command({ command: 'export' })).toMatchObject({ status: 'done', undo: false });
  return learned.sent[0].content;
};
const take = (office: Office, content: Uint8Array, more: object = {}) =>
  office.command({ command: 'import', series: 'a', sha256: sha256(content), by: 'Ada', ...more }, { file: content });

test('export: the state of each stream whose name matches, as it is now', () => {
  const { office, learned } = officeOf('north');
  office.readings(500, 50, ['a', 'b', 'pump-1']);
  expect(office.command({ command: 'export', streams: ['a', 'pump-*'] })).toMatchObject({
    status: 'done',
    series: null,
    text: expect.stringMatching(/^Sends what 2 streams have learned, \d+ kB\.$/) as string,
  });
  expect(learned.sent.map(({ stream }) => stream)).toEqual(['a', 'pump-1']);
  const file = decodeStreamFile(Buffer.from(learned.sent[0].content), 'a');
  expect(file).toMatchObject({ site: 'north', stream: 'a', series: ['a'], units: ['bar'], samples: 500 });
  expect(office.command({ command: 'export', streams: ['x*'] }).code).toBe('unknown_series');
  learned.sending = true;
  expect(office.command({ command: 'export' }).code).toBe('transfer_running');
  expect(new Office().readings(5).command({ command: 'export' }).code).toBe('no_transfer');
  expect(learned.sent).toHaveLength(2);
});

test('export: more than 256 streams are refused before any is encoded', () => {
  const { office } = officeOf('north');
  const names = Array.from({ length: 257 }, (_, i) => `s${i}`);
  office.readings(1, 50, names);
  const encoded = office.world.view!.monitors().map(({ memory }) => vi.spyOn(memory, 'toBytes'));
  expect(office.command({ command: 'export' })).toMatchObject({
    ...{ status: 'refused', code: 'too_much' },
    text: 'These are more than 256 streams. Name fewer streams.',
  });
  for (const spy of encoded) expect(spy).not.toHaveBeenCalled();
  expect(office.command({ command: 'export', streams: ['s1*'] }).text).toMatch(/^Sends what 111 streams have/);
  expect(encoded.filter((spy) => spy.mock.calls.length === 1)).toHaveLength(111);
});

test('import: a new site needs a tenth of a warm-up, the same site none; the undo brings back what was before', () => {
  const content = fileOf();
  const { bytes } = decodeStreamFile(Buffer.from(content), 'a');
  const { office } = officeOf('south');
  office.readings(10);
  const before = office.world.view!.monitors()[0].memory.toBytes();
  const done = take(office, content);
  expect(done).toMatchObject({ status: 'done', series: 'a', undo: true });
  expect(done.text).toBe('a goes on with a state from 4320 samples, and needs a tenth of a warm-up.');
  const [stream] = office.world.view!.monitors();
  expect(stream.status.warmupOf(0)).toBeCloseTo(0.9, 2);
  expect(stream.memory.toBytes()).not.toEqual(before);
  expect(office.command({ command: 'undo', of: done.id })).toMatchObject({ status: 'done' });
  expect(stream.status.warmupOf(0)).toBeLessThan(0.1);

  const again = officeOf('north').office.readings(10);
  expect(take(again, content).text).toBe('a goes on with a state from 4320 samples.');
  expect(again.world.view!.monitors()[0].status.warmupOf(0)).toBe(1);
  expect(bytes.byteLength).toBe(stream.memory.byteLength);
});

test('import: what a site has learned itself is replaced only if that is asked for', () => {
  const content = fileOf();
  const { office } = officeOf('south');
  office.readings(3 * 1440);
  const [stream] = office.world.view!.monitors();
  const before = stream.memory.toBytes();
  expect(take(office, content).code).toBe('has_learned');
  expect(stream.memory.toBytes()).toEqual(before);
  expect(take(office, content, { replace: true })).toMatchObject({ status: 'done' });
});

test('import: a file that is damaged, of another version, network or unit, or for no series, is refused and changes nothing', () => {
  const content = fileOf();
  const { office } = officeOf('south');
  office.readings(10);
  const [stream] = office.world.view!.monitors();
  const before = stream.memory.toBytes();
  const file = decodeStreamFile(Buffer.from(content), 'a');
  const refused = (changed: Uint8Array, text: string): void => {
    const reply = take(office, changed);
    expect(reply).toMatchObject({ status: 'refused', code: 'file_wrong' });
    expect(reply.text).toContain(text);
  };
  refused(content.subarray(0, content.length - 1), 'incomplete');
  refused(Buffer.from('{}'), 'The file is not a file that zankyo export has written.');
  refused(encodeStreamFile({ ...file, version: 1 }), 'another version');
  refused(encodeStreamFile({ ...file, units: ['<b>'] }), 'The unit of a is "bar" here, and another one in the file');
  refused(encodeStreamFile({ ...file, bytes: file.bytes.subarray(8) }), 'bytes');
  refused(encodeStreamFile({ ...file, series: ['a', 'b'] }), 'use the same tuning');
  refused(fileOf({ tuning: { hidden_size: 4 } }), 'use the same tuning');
  expect(take(office, content, { series: 'z' }).code).toBe('unknown_series');
  expect(office.command({ command: 'import', series: 'a', sha256: sha256(content) }).code).toBe('no_file');
  expect(stream.memory.toBytes()).toEqual(before);
  expect(MAX_FILE_BYTES).toBeGreaterThan(content.length);
});

test('a file that did not arrive is a refused command, with its answer', () => {
  const { office } = officeOf('south');
  office.readings(10);
  const request = { command: 'import', id: 'hub-1', series: 'a', sha256: 'a'.repeat(64) };
  expect(office.command(request, { refused: 'incomplete' })).toMatchObject({
    ...{ id: 'hub-1', command: 'import', series: 'a', status: 'refused', code: 'incomplete' },
  });
});
