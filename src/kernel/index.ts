import { fill, flushAll, fma, lanes, splat, total } from './simd';
import { forecast } from './head';
import * as rtrl from './rtrl';
import * as snap1 from './snap1';
import { lay, RTRL, SNAP1, Stream } from './stream';
import * as tbptt from './tbptt';

/*
 * The kernel: one step of one network, Float32, four lanes at a time. The networks live in this module's memory, each in one
 * block that nn/kernel.ts allocates; a call passes a pointer and allocates nothing.
 */

const draft = memory.data(offsetof<Stream>(), 16);
const HEADER: usize = (offsetof<Stream>() + 63) & ~63;

/** Bytes of a block for a network of these sizes; `scratchBytes` then returns the bytes of scratch that it needs. */
export function blockBytes(
  cell: i32, learner: i32, X: i32, H: i32, blocks: i32, bins: i32, direct: bool, horizon: i32, every: i32,
): usize {
  const s = changetype<Stream>(draft);
  lay(s, 0, 0, cell, learner, X, H, blocks, bins, direct, horizon, every);
  return HEADER + s.end;
}

export function scratchBytes(): usize {
  return changetype<Stream>(draft).scratchEnd;
}

/** Makes a network of zeros at `block`, on a multiple of 64 bytes. */
export function create(
  block: usize, scratch: usize, cell: i32, learner: i32, X: i32, H: i32, blocks: i32, bins: i32, direct: bool,
  horizon: i32, every: i32, learningRate: f32, clip: f32,
): void {
  const s = changetype<Stream>(block);
  lay(s, block + HEADER, scratch, cell, learner, X, H, blocks, bins, direct, horizon, every);
  s.learningRate = learningRate;
  s.clip = clip;
  memory.fill(block + HEADER, 0, s.end - block - HEADER);
  store<f32>(s.clock, 1, 12);
  store<f32>(s.clock, 1, 16);
  if (bins > 1) fill(s.y, 1 / <f32>bins, blocks * bins);
}

/** Advances the state by the input at x and writes the forecast to y. */
export function advance(s: Stream): void {
  flushAll(s.x, s.X);
  if (s.learner == SNAP1) snap1.advance(s);
  else if (s.learner == RTRL) rtrl.advance(s);
  else tbptt.advance(s);
  forecast(s);
}

/** Trains on the error at `error`. True when an update was made; the norm of its gradient before clipping is then at `norm`. */
export function learn(s: Stream): bool {
  flushAll(s.error, s.Y);
  const norm = s.learner == SNAP1 ? snap1.learn(s) : s.learner == RTRL ? rtrl.learn(s) : tbptt.learn(s);
  if (norm < 0) return false;
  store<f32>(s.norm, norm); // not returned: a number that is no small integer is a new object in JavaScript
  return true;
}

/** Whether all stored numbers are finite: only then 0 times each of them is 0. */
export function sound(s: Stream): bool {
  let nothing = splat(0);
  for (let p = s.clock; p < s.end; p += 16) nothing = fma(lanes(p), splat(0), nothing);
  return total(nothing) == 0;
}

export function input(s: Stream): usize { return s.x; }
export function output(s: Stream): usize { return s.y; }
export function error(s: Stream): usize { return s.error; }
export function norm(s: Stream): usize { return s.norm; }
export function theta(s: Stream): usize { return s.theta; }
export function mean(s: Stream): usize { return s.m; }
export function lags(s: Stream): usize { return s.lags; }
/** Everything that a snapshot contains is between these two addresses. */
export function start(s: Stream): usize { return s.clock; }
export function end(s: Stream): usize { return s.end; }
/** The first byte after the constants. */
export function base(): usize { return __heap_base; }
