import type { VNode } from 'preact';
import type { NowCase } from '../../app/dashboard/contract/now.ts';
import { html } from './html.ts';

/** The state of a stream or a case. Each has a word, a colour and a shape, so that no one needs the colour. */
export type State = 'alarm' | 'sensor' | 'drift' | 'silent' | 'stopped' | 'learning' | 'ready';

const WORDS: Readonly<Record<State, string>> = {
  alarm: 'alarm',
  sensor: 'sensor fault',
  drift: 'drift',
  silent: 'silent',
  stopped: 'stopped',
  learning: 'learning',
  ready: 'normal',
};

/** Paths in a square of 12. */
const SHAPES: Readonly<Record<State, string>> = {
  alarm: 'M6 0.8 11.6 11H0.4Z',
  sensor: 'M6 0.3 11.7 6 6 11.7 0.3 6Z',
  drift: 'M1 11V7.5L7 3.8V0.8l4.6 4.4L7 9.4V6.9L2.6 11Z',
  silent: 'M1.2 4.8h9.6v2.4H1.2Z',
  stopped: 'M1.5 1.5h9v9h-9Z',
  learning: 'M6 .7a5.3 5.3 0 1 0 0 10.6A5.3 5.3 0 0 0 6 .7Zm0 1.6v7.4a3.7 3.7 0 0 1 0-7.4Z',
  ready: 'M6 1.6a4.4 4.4 0 1 0 0 8.8 4.4 4.4 0 0 0 0-8.8Z',
};

/** The state that an alarm of this kind means. */
export const stateOf = (kind: NowCase['kind']): State => (kind === 'process' ? 'alarm' : kind);

export const wordOf = (state: State): string => WORDS[state];

/** The shape of a state. It has no name of its own: the word stands beside it. */
export const Mark = ({ state }: { readonly state: State }): VNode =>
  html`<svg class="mark is-${state}" viewBox="0 0 12 12" aria-hidden="true"><path d=${SHAPES[state]} /></svg>`;

/** Shape and word. */
export const Badge = ({ state, word = WORDS[state] }: { readonly state: State; readonly word?: string }): VNode =>
  html`<span class="badge is-${state}"><${Mark} state=${state} />${word}</span>`;
