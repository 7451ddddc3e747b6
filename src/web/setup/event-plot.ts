import type { VNode } from 'preact';
import type { SensitivityBody } from '../../app/dashboard/contract/setup.ts';
import { number } from '../parts/format.ts';
import { html } from '../parts/html.ts';
import { timeTicks } from '../parts/ticks.ts';

const HEIGHT = 100;
const WIDTH = 1000;

export interface EventPlotProps {
  readonly body: SensitivityBody;
  readonly value: number;
  readonly least: number;
  readonly most: number;
}

/** Past events by the sensitivity from which on they are alarms: those under the line are. The list below says the same in words. */
export function EventPlot({ body, value, least, most }: EventPlotProps): VNode | null {
  const { since, now, events, knownUpTo } = body;
  if (events.length === 0) return null;
  const x = (at: number): number => (100 * (at - since)) / (now - since);
  const y = (sensitivity: number): number => {
    const share = Math.log10(Math.max(least, Math.min(most, sensitivity)) / least) / Math.log10(most / least);
    // Inside the field, also at its ends.
    return 4 + 92 * (1 - share);
  };
  const ticks = timeTicks(since, now, innerWidth < 768 ? 4 : 8);
  const place = (at: number, sensitivity: number) => ({ left: `${x(at)}%`, top: `${y(sensitivity)}%` });
  return html`<div
    class="event-plot"
    role="img"
    aria-label="Past events over time, by the sensitivity from which on each is an alarm"
  >
    <div class="event-scale small quiet">
      ${[most, 1, least].map((each) => html`<span key=${each} style=${{ top: `${y(each)}%` }}>${number(each)}</span>`)}
    </div>
    <div class="event-field">
      <svg viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none">
        <rect class="unknown" x="0" y="0" width=${WIDTH} height=${y(knownUpTo)} />
        <path class="grid" d="M0 ${y(1)}H${WIDTH}" />
        <rect class="alarming" x="0" y=${y(value)} width=${WIDTH} height=${HEIGHT - y(value)} />
        <path class="chosen-line" d="M0 ${y(value)}H${WIDTH}" />
      </svg>
      ${knownUpTo < most ? html`<span class="unknown-text small quiet">not known</span>` : null}
      ${events.map(
        ({ id, at, need }) =>
          html`<i
            key=${id ?? at}
            class="event ${need === null ? 'always' : value > need ? 'on' : 'off'}"
            style=${place(at, need ?? least)}
          ></i>`,
      )}
    </div>
    <span></span>
    <div class="event-axis small quiet">
      ${ticks.map(({ at, label }) => html`<span key=${at} class=${x(at) > 96 ? 'last' : ''} style=${{ left: `${x(at)}%` }}>${label}</span>`)}
    </div>
    <span></span>
    <p class="legend small quiet">
      <span><i class="event on"></i>alarm at ${number(value)}</span>
      <span><i class="event off"></i>no alarm at ${number(value)}</span>
      <span><i class="event always"></i>always an alarm: sensor fault or drift</span>
    </p>
  </div>`;
}
