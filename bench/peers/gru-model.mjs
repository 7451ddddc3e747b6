import { Buffer } from 'node:buffer';

/**
 * One step of a GRU with a linear read-out as an ONNX model: (x, h) to (y, h_next).
 *
 * The file is a protocol buffer, written by hand: the fields and their numbers are those of onnx.proto3 (IR version 8),
 * the operators those of opset 14. Weights `theta` as in bench/job.mjs; ONNX orders the gates z, r, n.
 */
export function gruModel(theta, H, I) {
  let at = 0;
  const take = (length) => theta.slice(at, (at += length));
  const gates = (columns) => {
    const [r, z, n] = [take(H * columns), take(H * columns), take(H * columns)];
    return [...z, ...r, ...n];
  };
  const W = gates(I);
  const R = gates(H);
  const B = [...gates(1), ...gates(1)];
  const graph = [
    node('GRU', ['x', 'W', 'R', 'B', '', 'h'], ['', 'h_next'], { hidden_size: H, linear_before_reset: 1 }),
    node('Squeeze', ['h_next', 'first'], ['h_row']),
    node('Gemm', ['h_row', 'V', 'b'], ['y'], { transB: 1 }),
    text(2, 'gru'),
    floats('W', [1, 3 * H, I], W),
    floats('R', [1, 3 * H, H], R),
    floats('B', [1, 6 * H], B),
    floats('V', [I, H], take(I * H)),
    floats('b', [I], take(I)),
    message(5, [number(1, 1), number(2, 7), text(8, 'first'), bytes(9, Buffer.alloc(8))]), // int64 [0]
    value(11, 'x', [1, 1, I]),
    value(11, 'h', [1, 1, H]),
    value(12, 'y', [1, I]),
    value(12, 'h_next', [1, 1, H]),
  ];
  const opset = message(8, [text(1, ''), number(2, 14)]);
  return new Uint8Array(Buffer.concat([number(1, 8), message(7, graph), opset]));
}

const node = (operator, inputs, outputs, attributes = {}) =>
  message(1, [
    ...inputs.map((name) => text(1, name)),
    ...outputs.map((name) => text(2, name)),
    text(4, operator),
    ...Object.entries(attributes).map(([name, i]) => message(5, [text(1, name), number(3, i), number(20, 2)])),
  ]);

const floats = (name, dims, values) =>
  message(5, [
    ...dims.map((dim) => number(1, dim)),
    number(2, 1),
    text(8, name),
    bytes(9, Buffer.from(Float32Array.from(values).buffer)),
  ]);

const value = (field, name, dims) => {
  const shape = dims.map((dim) => message(1, [number(1, dim)]));
  return message(field, [text(1, name), message(2, [message(1, [number(1, 1), message(2, shape)])])]);
};

const varint = (n) => (n < 128 ? [n] : [(n & 127) | 128, ...varint(n >>> 7)]);
const number = (field, n) => Buffer.from([...varint(field << 3), ...varint(n)]);
const bytes = (field, content) =>
  Buffer.concat([Buffer.from([...varint((field << 3) | 2), ...varint(content.length)]), content]);
const text = (field, content) => bytes(field, Buffer.from(content));
const message = (field, parts) => bytes(field, Buffer.concat(parts));
