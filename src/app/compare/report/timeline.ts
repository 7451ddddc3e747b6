import { html, type Content, type Markup } from './markup.ts';
import { percent, type TimeTick } from './scale.ts';

/*
 * The frame of all charts over time. They are stretched to the width of the page, but the widths of lines stay the same. Text is beside
 * the charts and not part of them, so that it is readable on a phone.
 */

/** Size of the drawing area. */
export const WIDTH = 1000;
export const HEIGHT = 100;

/** A coordinate. */
export const place = (x: number): string => x.toFixed(1);

/** The drawing area; `about`: description for screen readers, `size`: class that gives the height. */
export const stretched = (about: string, content: Content, size?: string): Markup =>
  html`<svg${size === undefined ? null : html` class="${size}"`}
    viewBox="0 0 ${WIDTH} ${HEIGHT}"
    preserveAspectRatio="none"
    role="img"
    aria-label="${about}"
  >
    ${content}
  </svg>`;

/** The axis below a chart; `x`: from a time to its coordinate. */
export const timeAxis = (ticks: readonly TimeTick[], x: (at: number) => number): Markup =>
  html`<div class="x">
    ${ticks.map(({ at, label }) => html`<span style="left:${percent(x(at) / WIDTH)}">${label}</span>`)}
  </div>`;

/** A lane: its name beside its drawing area. */
export const lane = (name: string, about: string, bars: Content, tint = ''): Markup =>
  html`<div class="lane-name" title="${name}">${name}</div>
    <div class="lane${tint === '' ? '' : ` ${tint}`}">${stretched(about, bars)}</div>`;

/** Left edge and width of a bar that is never narrower than `narrowest`, nor beyond the right edge. */
export function barAt(
  x: (at: number) => number,
  startAt: number,
  endAt: number,
  narrowest: number,
): { readonly from: string; readonly width: string } {
  const from = Math.min(x(startAt), WIDTH - narrowest);
  return { from: place(from), width: place(Math.max(narrowest, x(endAt) - from)) };
}
