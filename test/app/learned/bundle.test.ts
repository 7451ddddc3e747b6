import { expect, test } from 'vitest';
import { LearnedBundle, refuseMany } from '../../../src/app/learned/bundle.ts';
import type { StreamFile } from '../../../src/io/files/stream-file.ts';

const MB = 1024 * 1024;

const file = (bytes: number): StreamFile => ({
  ...{ site: 'north', stream: 'a', series: ['a'], units: ['bar'], version: 1, shape: 'gru', at: 0, samples: 1 },
  bytes: new Uint8Array(bytes),
});

test('a request has at most 256 streams', () => {
  const bundle = new LearnedBundle();
  for (let n = 0; n < 256; n++) expect(bundle.add(file(1))).toBeNull();
  const refused = { code: 'too_much', text: 'These are more than 256 streams. Name fewer streams.' };
  expect(bundle.add(file(1))).toMatchObject(refused);
  expect([refuseMany(256), refuseMany(257)]).toEqual([null, expect.objectContaining(refused)]);
});

test('a request has at most 16 MB', () => {
  const bundle = new LearnedBundle();
  for (let n = 0; n < 5; n++) expect(bundle.add(file(3 * MB))).toBeNull();
  expect(bundle.add(file(3 * MB))).toMatchObject({
    code: 'too_much',
    text: expect.stringContaining('16 MB') as string,
  });
});

test('a stream of more than 4 MB is not sent, and is named in the answer', () => {
  const bundle = new LearnedBundle();
  expect(bundle.add(file(4 * MB))).toBeNull();
  expect(bundle.result()).toMatchObject({ code: 'too_much', text: 'a: larger than 4 MB.' });
  bundle.add({ ...file(1), stream: 'b' });
  expect(bundle.result()).toMatchObject({
    text: expect.stringMatching(/^Sends what 1 stream has .* not sent: a\.$/) as string,
  });
});
