import type { VNode } from 'preact';
import { html } from './html.ts';

export type Severity = 'minor' | 'major' | 'critical';

/** Each severity has a word, a colour and a height: a bar at a third, two thirds or all of its place. */
export const SEVERITIES: readonly Severity[] = ['critical', 'major', 'minor'];

const HEIGHTS: Readonly<Record<Severity, number>> = { minor: 40, major: 70, critical: 100 };

/** Share of the height of a lane that a bar takes, in percent. */
export const heightOf = (severity: Severity): number => HEIGHTS[severity];

/** A bar as in the lanes. It has no name of its own: the word stands beside it. */
export const SeverityMark = ({ severity }: { readonly severity: Severity }): VNode => {
  const height = 0.12 * HEIGHTS[severity];
  return html`<svg class="mark of-${severity}" viewBox="0 0 12 12" aria-hidden="true">
    <rect x="3" y=${12 - height} width="6" height=${height} />
  </svg>`;
};

/** Bar and word. */
export const SeverityBadge = ({ severity }: { readonly severity: Severity }): VNode =>
  html`<span class="badge of-${severity}"><${SeverityMark} severity=${severity} />${severity}</span>`;
