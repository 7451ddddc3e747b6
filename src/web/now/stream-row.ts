import { Component, type VNode } from 'preact';
import type { NowRow } from '../../app/dashboard/contract/now.ts';
import { linkTo } from '../page.ts';
import { duration, number, percent, quantity } from '../parts/format.ts';
import { html } from '../parts/html.ts';
import { Badge } from '../parts/mark.ts';
import { Sparkline } from '../parts/sparkline.ts';

export interface StreamRowProps {
  readonly row: NowRow;
  readonly spark: readonly (number | null)[] | undefined;
}

/** One stream. It is drawn again only when its own state has changed: there may be hundreds. */
export class StreamRow extends Component<StreamRowProps> {
  override shouldComponentUpdate({ row, spark }: StreamRowProps): boolean {
    return row !== this.props.row || spark !== this.props.spark;
  }

  override render({ row, spark = [] }: StreamRowProps): VNode {
    const { stream, label, series, leading, state, score, value, expected, lower, upper, unit } = row;
    const band = lower !== null && upper !== null ? `${number(lower)} to ${number(upper)}` : null;
    return html`<li class="stream" data-row data-stream=${stream} tabindex="-1">
      <${Badge} state=${state} />
      <span class="stream-name">
        <a href=${linkTo('stream', leading)}>${label ?? stream}</a>
        ${series > 1 ? html`<span class="quiet small">${series} series, ${leading} leads</span>` : null}
      </span>
      <${Sparkline} values=${spark} />
      <span class="stream-value">
        <span>${quantity(value, unit)}</span>
        <span class="quiet small" title=${expected === null ? '' : `expected ${quantity(expected, unit)}`}>
          ${band ?? ''}
        </span>
      </span>
      <${Score} score=${score} />
      <span class="stream-phase quiet small">${phaseOf(row)}</span>
    </li>`;
  }
}

const phaseOf = ({ state, warmup, readyInMs, frozen, muted, maintenanceUntil }: NowRow): string =>
  [
    state === 'learning'
      ? `${percent(Math.floor(100 * warmup) / 100)} learned${readyInMs === null ? '' : `, ready in ${duration(readyInMs)}`}`
      : null,
    state === 'stopped' ? 'internal error: see System' : null,
    frozen ? 'frozen' : null,
    muted ? 'muted' : null,
    maintenanceUntil === null ? null : 'maintenance',
  ]
    .filter((text) => text !== null)
    .join(', ');

/** A bar to 2; the line in its middle is that of the alarm. */
function Score({ score }: { readonly score: number | null }): VNode {
  const length = Math.max(0, Math.min(2, score ?? 0)) * 24;
  return html`<span class="score ${score !== null && score > 1 ? 'over' : ''}">
    <svg viewBox="0 0 48 8" aria-hidden="true">
      <rect class="score-ground" width="48" height="8" rx="2" />
      <rect class="score-bar" width=${length} height="8" rx="2" />
      <path class="score-line" d="M24 0v8" />
    </svg>
    <span class="small"><span class="hidden">score </span>${score === null ? '–' : score.toFixed(2)}</span>
  </span>`;
}
