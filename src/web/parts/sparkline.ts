import type { VNode } from 'preact';
import { html } from './html.ts';

const WIDTH = 96;
const HEIGHT = 24;

/** The course of a value, the newest on the right; a gap where it is null. Decoration: the numbers stand beside it. */
export const Sparkline = ({ values }: { readonly values: readonly (number | null)[] }): VNode =>
  html`<svg class="sparkline" viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" aria-hidden="true">
    <path d=${pathOf(values)} />
  </svg>`;

const pathOf = (values: readonly (number | null)[]): string => {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    if (value === null) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  const step = WIDTH / Math.max(1, values.length - 1);
  const y = (value: number): string =>
    (high > low ? 1.5 + (HEIGHT - 3) * (1 - (value - low) / (high - low)) : HEIGHT / 2).toFixed(1);
  let path = '';
  values.forEach((value, i) => {
    if (value !== null) path += `${i === 0 || values[i - 1] === null ? 'M' : 'L'}${(i * step).toFixed(1)} ${y(value)}`;
  });
  return path;
};
