import type { VNode } from 'preact';
import { useRef, useState } from 'preact/hooks';
import type { IncidentsBody, LaneBar } from '../../app/dashboard/contract/incidents.ts';
import { linkTo } from '../page.ts';
import { count, duration, time } from '../parts/format.ts';
import { html } from '../parts/html.ts';
import { heightOf, SEVERITIES, SeverityBadge } from '../parts/severity.ts';
import { timeTicks, type Tick } from '../parts/ticks.ts';

/** Lanes that are drawn without being asked for. */
const FEW = 10;
const WIDTH = 1000;
const HEIGHT = 100;
const NARROWEST = 4;
/** Share of a lane that the highest bar takes. */
const TALLEST = 0.8;

export interface LanesProps {
  readonly body: IncidentsBody;
  /** The incident whose bars are marked. */
  readonly chosen: string;
}

/** Alarms over time: a lane for each series. The bars are links; with the keyboard the arrows move among them. */
export function Lanes({ body, chosen }: LanesProps): VNode {
  const place = useRef<HTMLDivElement>(null);
  // One bar can be reached by Tab, the others from it by the arrows.
  const [tabbed, setTabbed] = useState('0 0');
  const [all, setAll] = useState(false);
  const alarming = body.lanes.filter(({ bars }) => bars.length > 0);
  const shown = all ? body.lanes : alarming.slice(0, FEW);
  const ticks = timeTicks(body.since, body.until, innerWidth < 768 ? 4 : 8);
  const rows = [
    { series: null, label: 'All series', bars: body.together },
    ...shown.map(({ series, label, bars }) => ({ series, label: label ?? series, bars })),
  ];
  const firstWithBars = rows.findIndex(({ bars }) => bars.length > 0);
  const [row, bar] = tabbed.split(' ').map(Number);
  const current = bar < (rows[row]?.bars.length ?? 0) ? tabbed : `${firstWithBars} 0`;
  const onKey = (event: KeyboardEvent): void => {
    const next = moved(rows, current, event.key);
    if (next === null) return;
    event.preventDefault();
    setTabbed(next);
    place.current?.querySelector<SVGAElement>(`[data-bar="${next}"]`)?.focus();
  };
  return html`<div class="lanes" ref=${place} onKeyDown=${onKey}>
    ${rows.map(
      ({ series, label, bars }, i) =>
        html`<div class="lane ${series === null ? 'together' : ''}" key=${series ?? ''}>
          ${
            series === null
              ? html`<span class="lane-name">${label}</span>`
              : html`<a class="lane-name" href=${linkTo('stream', series)} title=${label}>${label}</a>`
          }
          <svg
            viewBox="0 0 ${WIDTH} ${HEIGHT}"
            preserveAspectRatio="none"
            role="group"
            aria-label="${label}: ${textOf(bars)}"
          >
            ${ticks.map(({ at }) => html`<path class="grid" key=${at} d="M${xOf(at, body)} 0V${HEIGHT}" />`)}
            ${drawn(bars).map(
              ([each, k]) =>
                html`<${Bar}
                  key=${`${each.from} ${each.severity}`}
                  ...${{ bar: each, body, label, chosen: each.incident === chosen, place: `${i} ${k}` }}
                  tabbed=${current === `${i} ${k}`}
                />`,
            )}
          </svg>
        </div>`,
    )}
    <${Axis} ticks=${ticks} body=${body} />
    <${Legend}
      body=${body}
      hidden=${[alarming.length - Math.min(alarming.length, FEW), body.lanes.length - alarming.length]}
      all=${all}
      onAll=${() => {
        setAll(!all);
      }}
    />
  </div>`;
}

const textOf = (bars: readonly LaneBar[]): string =>
  bars.length === 0
    ? 'no alarm'
    : count(
        bars.reduce((sum, { alarms }) => sum + alarms, 0),
        'alarm',
      );

/** With their places; the most severe ones last, so that they are in front. */
const drawn = (bars: readonly LaneBar[]): readonly (readonly [LaneBar, number])[] =>
  bars
    .map((bar, k) => [bar, k] as const)
    .sort(([a], [b]) => SEVERITIES.indexOf(b.severity) - SEVERITIES.indexOf(a.severity));

const xOf = (at: number, { since, until }: IncidentsBody): number =>
  Math.round((10 * WIDTH * Math.max(0, Math.min(until, at) - since)) / (until - since)) / 10;

interface BarProps {
  readonly bar: LaneBar;
  readonly body: IncidentsBody;
  readonly label: string;
  readonly chosen: boolean;
  readonly tabbed: boolean;
  readonly place: string;
}

function Bar({ bar, body, label, chosen, tabbed, place }: BarProps): VNode {
  const { from, until, severity, alarms, incident } = bar;
  const x = Math.min(xOf(from, body), WIDTH - NARROWEST);
  const width = Math.max(NARROWEST, xOf(until ?? body.until, body) - x);
  const height = TALLEST * heightOf(severity);
  const lasts = until === null ? 'open' : duration(until - from);
  const name = `${label}, ${severity}, ${count(alarms, 'alarm')}, ${time(from, body.now)}, ${lasts}`;
  return html`<a
    href=${linkTo('incidents', incident)}
    class="bar of-${severity} ${chosen ? 'chosen' : ''} ${until === null ? 'open' : ''}"
    aria-label=${name}
    tabindex=${tabbed ? 0 : -1}
    data-bar=${place}
  >
    <title>${name}</title>
    <rect x=${x} y="0" width=${Math.max(width, 8)} height=${HEIGHT} class="reach" />
    <rect x=${x} y=${HEIGHT - height} width=${width} height=${height} />
  </a>`;
}

/** The place of the bar to which a key leads; null for another key, or where there is none. */
function moved(rows: readonly { readonly bars: readonly LaneBar[] }[], at: string, key: string): string | null {
  const [row, bar] = at.split(' ').map(Number);
  const bars = rows.at(row)?.bars ?? [];
  if (bars.length === 0) return null;
  if (key === 'ArrowLeft' || key === 'ArrowRight') {
    const next = bar + (key === 'ArrowLeft' ? -1 : 1);
    return next >= 0 && next < bars.length ? `${row} ${next}` : null;
  }
  if (key === 'Home' || key === 'End') return `${row} ${key === 'Home' ? 0 : bars.length - 1}`;
  if (key !== 'ArrowUp' && key !== 'ArrowDown') return null;
  const by = key === 'ArrowUp' ? -1 : 1;
  for (let next = row + by; next >= 0 && next < rows.length; next += by) {
    const others = rows[next].bars;
    if (others.length === 0) continue;
    const distances = others.map(({ from }) => Math.abs(from - bars[bar].from));
    return `${next} ${distances.indexOf(Math.min(...distances))}`;
  }
  return null;
}

function Axis({ ticks, body }: { readonly ticks: readonly Tick[]; readonly body: IncidentsBody }): VNode {
  return html`<div class="lane axis" aria-hidden="true">
    <span></span>
    <div>
      ${ticks.map(({ at, label }) => html`<span key=${at} class=${xOf(at, body) > 960 ? 'last' : ''} style=${{ left: `${xOf(at, body) / 10}%` }}>${label}</span>`)}
    </div>
  </div>`;
}

interface LegendProps {
  readonly body: IncidentsBody;
  /** Lanes that are not drawn now: with alarms, and without. */
  readonly hidden: readonly [withAlarms: number, quiet: number];
  readonly all: boolean;
  readonly onAll: () => void;
}

function Legend({ body: { lanes, lanesBeyond, cut }, hidden, all, onAll }: LegendProps): VNode {
  const [withAlarms, quiet] = all
    ? [lanesBeyond.withAlarms, lanesBeyond.quiet]
    : [hidden[0] + lanesBeyond.withAlarms, hidden[1] + lanesBeyond.quiet];
  const more = [
    ...(withAlarms > 0 ? [`${withAlarms} series with fewer alarms`] : []),
    ...(quiet > 0 ? [`${quiet} series without an alarm`] : []),
  ];
  return html`<p class="legend small quiet">
    ${SEVERITIES.map((severity) => html`<${SeverityBadge} key=${severity} severity=${severity} />`)}
    ${more.length > 0 ? html`<span>Not drawn: ${more.join(', ')}.</span>` : null}
    ${
      hidden[0] + hidden[1] > 0
        ? html`<button class="button" aria-expanded=${all} onClick=${onAll}>
            ${all ? 'Show fewer lanes' : `Show ${lanes.length} lanes`}
          </button>`
        : null
    }
    ${cut ? html`<span>The period has more alarms than are counted: choose a shorter one.</span>` : null}
  </p>`;
}
