import { power2 } from '../math/elementary.ts';
/**
 * The safetensors file format: named tensors, and no executable code.
 *
 *   8 bytes    N, the length of the header, little-endian
 *   N bytes    JSON {"name": {"dtype", "shape", "data_offsets": [begin, end]}, ...}, "__metadata__": {string: string};
 *              begins with {, may end in spaces
 *   the rest   the tensors, row-major, little-endian; offsets count from here, without overlaps and gaps
 *
 * Hugging Face, safetensors, README, "Format". Their reader is more lenient than that text; this one follows the text: the
 * header begins with {, and no key occurs twice. Stricter than the text: a header has at most 1 MB, not 100 MB, which is
 * enough for ten thousand tensors and does not exhaust the memory of a small machine as JSON.
 */

/** Types of number and their bytes, lowest rank first. Files have the highest first, so that each tensor is aligned. */
const DTYPES = {
  BOOL: 1, U8: 1, I8: 1, F8_E5M2: 1, F8_E4M3: 1, I16: 2, U16: 2, F16: 2, BF16: 2,
  I32: 4, U32: 4, F32: 4, F64: 8, I64: 8, U64: 8,
};
export type Dtype = keyof typeof DTYPES;
const RANKS = Object.keys(DTYPES);

const MAX_HEADER = 1_000_000;

export interface Tensor {
  readonly dtype: Dtype;
  /** Empty for a single number. */
  readonly shape: readonly number[];
  /** Row-major, little-endian. */
  readonly bytes: Uint8Array;
}

/** Weights that cannot be used; the message gives the fault and the remedy. The caller adds the path. */
export class WeightsError extends Error {
  override readonly name = 'WeightsError';
}

/** How many numbers a shape has. */
export const product = (shape: readonly number[]): number => shape.reduce((count, length) => count * length, 1);

/** Numbers as a tensor, copied; F32 rounds. Throws a RangeError when they do not fill the shape. */
export function toTensor(values: Float64Array, shape: readonly number[], dtype: 'F64' | 'F32' = 'F64'): Tensor {
  if (values.length !== product(shape))
    throw new RangeError(`${values.length} numbers in the shape (${shape.join(', ')})`);
  const size = DTYPES[dtype];
  const bytes = new Uint8Array(values.length * size);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < values.length; i++)
    if (dtype === 'F64') view.setFloat64(i * size, values[i], true);
    else view.setFloat32(i * size, values[i], true);
  return { dtype, shape, bytes };
}

/** A tensor as numbers, which is exact. Throws a `WeightsError` when it is not of floating point. */
export function toNumbers({ dtype, bytes }: Tensor): Float64Array {
  const read = READERS[dtype];
  if (!read) throw new WeightsError(`its numbers are ${dtype}, and weights are ${Object.keys(READERS).join(', ')}`);
  const size = DTYPES[dtype];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Float64Array.from({ length: bytes.length / size }, (_, i) => read(view, i * size));
}

const READERS: Partial<Record<Dtype, (view: DataView, at: number) => number>> = {
  F64: (view, at) => view.getFloat64(at, true),
  F32: (view, at) => view.getFloat32(at, true),
  F16: (view, at) => half(view.getUint16(at, true)),
  BF16: (view, at) => upperHalf(view.getUint16(at, true)),
};

/** IEEE 754 binary16: 1 bit of sign, 5 of exponent, 10 of fraction. */
function half(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1, exponent = (bits >> 10) & 31, fraction = bits & 1023;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return exponent ? sign * (1024 + fraction) * power2(exponent - 25) : sign * fraction * 2 ** -24;
}

/** bfloat16: the upper half of a binary32. */
function upperHalf(bits: number): number {
  const view = new DataView(new ArrayBuffer(4));
  view.setUint16(0, bits);
  return view.getFloat32(0);
}

/**
 * The file of these tensors, byte for byte as Python's safetensors writes it: higher types first, then by name in
 * UTF-8, the header filled up with spaces to a multiple of 8. Python's shuffles the metadata; here they keep order.
 * Throws a RangeError when a tensor's bytes do not fill its shape or its name is the format's own.
 */
export function encodeSafetensors(
  tensors: ReadonlyMap<string, Tensor>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const sorted = [...tensors].sort(
    ([name, { dtype }], [otherName, other]) =>
      RANKS.indexOf(other.dtype) - RANKS.indexOf(dtype) || Buffer.compare(Buffer.from(name), Buffer.from(otherName)),
  );
  // By hand, because an object would put names such as "0" first.
  const entries = Object.keys(metadata).length ? [`"__metadata__":${JSON.stringify(metadata)}`] : [];
  let end = 0;
  for (const [name, { dtype, shape, bytes }] of sorted) {
    if (name === '__metadata__') throw new RangeError('no tensor can be called __metadata__');
    if (bytes.length !== product(shape) * DTYPES[dtype])
      throw new RangeError(`${name}: ${bytes.length} bytes are not ${dtype} in the shape (${shape.join(', ')})`);
    const begin = end;
    end += bytes.length;
    entries.push(`${JSON.stringify(name)}:${JSON.stringify({ dtype, shape, data_offsets: [begin, end] })}`);
  }
  const header = Buffer.from(`{${entries.join(',')}}`);
  const start = 8 + Math.ceil(header.length / 8) * 8;

  const file = new Uint8Array(start + end);
  new DataView(file.buffer).setBigUint64(0, BigInt(start - 8), true);
  file.fill(0x20, 8, start);
  file.set(header, 8);
  let at = start;
  for (const [, { bytes }] of sorted) {
    file.set(bytes, at);
    at += bytes.length;
  }
  return file;
}

/**
 * The tensors of a file in the order of their data, as views of its bytes: nothing is copied.
 * Throws a `WeightsError` for every file that is not whole and valid.
 */
export function decodeSafetensors(bytes: Uint8Array): {
  tensors: Map<string, Tensor>;
  metadata: Record<string, string>;
} {
  if (bytes.length < 8) throw new WeightsError(`${bytes.length} bytes are too few for a safetensors file`);
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  if (length > MAX_HEADER)
    throw new WeightsError(`not a safetensors file: a header of ${length} bytes, above ${MAX_HEADER}`);
  if (length > bytes.length - 8)
    throw new WeightsError(`cut short: the header has ${length} bytes, and ${bytes.length - 8} follow`);

  const { __metadata__: metadata = {}, ...infos } = parseHeader(bytes.subarray(8, 8 + length));
  if (!isObject(metadata) || !Object.values(metadata).every((value) => typeof value === 'string'))
    throw new WeightsError('the header\'s "__metadata__" is not an object of strings');

  const data = bytes.subarray(8 + length);
  const parts = Object.entries(infos).map(([name, info]) => ({ name, ...parseInfo(name, info) }));
  parts.sort((a, b) => a.begin - b.begin || a.end - b.end);
  const tensors = new Map<string, Tensor>();
  let at = 0;
  for (const { name, dtype, shape, begin, end } of parts) {
    if (begin !== at)
      throw new WeightsError(`${quoted(name)} begins at byte ${begin} of the data, not where the last ended, at ${at}`);
    if (end > data.length)
      throw new WeightsError(`cut short: ${quoted(name)} ends at byte ${end} of the data, which has ${data.length}`);
    tensors.set(name, { dtype, shape, bytes: data.subarray(begin, end) });
    at = end;
  }
  if (at !== data.length) throw new WeightsError(`${data.length - at} bytes at the end belong to no tensor`);
  return { tensors, metadata: metadata as Record<string, string> };
}

function parseHeader(bytes: Uint8Array): Record<string, unknown> {
  let header: unknown, text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    header = JSON.parse(text);
  } catch (cause) {
    throw new WeightsError('not a safetensors file: the header is not JSON in UTF-8', { cause });
  }
  if (!isObject(header) || !text.startsWith('{'))
    throw new WeightsError('not a safetensors file: the header does not begin with the { of an object');
  const twice = repeatedKey(text);
  if (twice !== undefined) throw new WeightsError(`${quoted(twice)} is in the header twice`);
  return header;
}

/** One valid tensor entry; its position relative to the others is not checked here. */
function parseInfo(name: string, info: unknown): { dtype: Dtype; shape: number[]; begin: number; end: number } {
  if (!isObject(info)) throw new WeightsError(`the header's entry of ${quoted(name)} is not an object`);
  const { dtype, shape, data_offsets: offsets } = info;
  if (typeof dtype !== 'string') throw new WeightsError(`${quoted(name)} has no dtype`);
  if (!isDtype(dtype)) throw new WeightsError(`${quoted(name)} has the unknown dtype ${quoted(dtype)}`);
  if (!isCounts(shape)) throw new WeightsError(`the shape of ${quoted(name)} is not an array of whole numbers`);
  if (!isCounts(offsets) || offsets.length !== 2 || offsets[0] > offsets[1])
    throw new WeightsError(`the data_offsets of ${quoted(name)} are not [begin, end]`);
  const [begin, end] = offsets;
  const size = product(shape) * DTYPES[dtype];
  if (size !== end - begin)
    throw new WeightsError(`${quoted(name)} has ${end - begin} bytes, where ${dtype} in its shape has ${size}`);
  return { dtype, shape, begin, end };
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isDtype = (text: string): text is Dtype => Object.hasOwn(DTYPES, text);
const isCounts = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((count) => Number.isSafeInteger(count) && count >= 0);

/** A name from a file, safe for a log line: shortened, without line breaks and characters that change the text direction. */
export const quoted = (name: string): string =>
  JSON.stringify(name.length > 60 ? `${name.slice(0, 60)}…` : name).replace(/[\p{C}\u2028\u2029]/gu, '?');

/** A key that one object of this valid JSON has twice. JSON.parse would silently keep the last value. */
function repeatedKey(json: string): string | undefined {
  const open: Set<string>[] = []; // the keys of the objects around the present place
  for (let i = 0; i < json.length; i++) {
    if (json[i] === '{') open.push(new Set());
    else if (json[i] === '}') open.pop();
    else if (json[i] === '"') {
      const begin = i++;
      while (json[i] !== '"') i += json[i] === '\\' ? 2 : 1;
      let next = i + 1;
      while (' \t\r\n'.includes(json[next])) next++;
      if (json[next] !== ':') continue; // a value
      const key = JSON.parse(json.slice(begin, i + 1)) as string;
      const keys = open.at(-1)!;
      if (keys.has(key)) return key;
      keys.add(key);
    }
  }
  return undefined;
}
