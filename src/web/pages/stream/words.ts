import { duration, number, quantity, time, words } from '../../parts/format.ts';
import { extent, placeOf } from './columns.ts';
import type { StreamModel } from './model.ts';
import type { View } from './view.ts';

/** What the chart shows, as a sentence: for those who do not see it, and for a look in passing. */
export function summaryOf(model: StreamModel): string {
  const { body, columns, view } = model;
  if (body === null) return 'Loading the history.';
  const from = placeOf(columns.at, view.from);
  const until = placeOf(columns.at, view.until);
  const [low, high] = extent([columns.min, columns.max], from, until);
  if (low > high) return 'There is no reading in this time.';
  const { unit } = body;
  const [, score] = extent([columns.score], from, until);
  const last = columns.mean.findLastIndex((value) => value != null);
  const expected = columns.expected[last];
  const newest = `Newest value ${quantity(columns.mean[last] ?? null, unit)}${
    expected == null || columns.lower[last] == null
      ? ''
      : `, expected ${quantity(expected, unit)} (${quantity(columns.lower[last] ?? null, unit)} to ${quantity(columns.upper[last] ?? null, unit)})`
  }.`;
  const losses = lossesOf(model, from, until);
  return `${spanWords(view, model.now)}: ${quantity(low, unit)} to ${quantity(high, unit)}, highest score ${score.toFixed(2)}, where above 1 is an alarm. ${newest}${losses}`;
}

function lossesOf({ columns }: StreamModel, from: number, until: number): string {
  for (let k = until - 1; k >= from; k--) {
    const [network, baseline] = [columns.network[k], columns.baseline[k]];
    if (network == null || baseline == null) continue;
    const margin = baseline - network;
    return ` The network forecasts ${Math.abs(margin).toFixed(2)} nats per reading ${margin >= 0 ? 'better' : 'worse'} than the baseline.`;
  }
  return '';
}

const spanWords = ({ from, until }: View, now: number): string =>
  until >= now ? `Last ${duration(now - from)}` : `${time(from, now)} to ${time(until, now)}`;

export function readoutOf({ columns, body, now }: StreamModel, k: number): string {
  if (k >= columns.at.length || columns.mean[k] == null) return '';
  const unit = body?.unit ?? '';
  const [low, high] = [columns.min[k] ?? null, columns.max[k] ?? null];
  const kind = columns.kind[k];
  return [
    time(columns.at[k], now),
    `${quantity(columns.mean[k], unit)}${low === high ? '' : ` (${number(low)} to ${number(high)})`}`,
    `expected ${number(columns.expected[k] ?? null)} (${number(columns.lower[k] ?? null)} to ${number(columns.upper[k] ?? null)})`,
    `score ${columns.score[k]?.toFixed(2) ?? '–'}${kind == null ? '' : ` ${words(body?.kinds[kind] ?? '')}`}`,
  ].join(' · ');
}
