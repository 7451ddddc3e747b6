import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import type { IncidentRow, IncidentsBody } from '../../app/dashboard/contract/incidents.ts';
import { act } from '../commands.ts';
import { Lanes } from '../incidents/lanes.ts';
import { Story } from '../incidents/story.ts';
import { moveFocus, useKeys } from '../keys.ts';
import { linkTo, type PageProps } from '../page.ts';
import { count, duration, time } from '../parts/format.ts';
import { html } from '../parts/html.ts';
import { useFresh } from '../parts/kept.ts';
import { Notice, Waiting } from '../parts/notice.ts';
import { SEVERITIES, SeverityBadge } from '../parts/severity.ts';

const HOUR = 3_600_000;
const SPANS = [
  { name: '24 h', ms: 24 * HOUR, text: 'the last 24 hours' },
  { name: '7 days', ms: 168 * HOUR, text: 'the last 7 days' },
  { name: '30 days', ms: 720 * HOUR, text: 'the last 30 days' },
  { name: '1 year', ms: 8760 * HOUR, text: 'the last year' },
] as const;
const KINDS = ['process', 'drift', 'sensor'] as const;
const EVERY_MS = 5_000;

interface Filter {
  readonly span: (typeof SPANS)[number];
  readonly series: string;
  readonly severity: string;
  readonly kind: string;
  readonly open: boolean;
}

/** Whether it leaves out anything but other times. */
const narrows = ({ series, severity, kind, open }: Filter): boolean => series + severity + kind !== '' || open;

const NONE: Filter = { span: SPANS[1], series: '', severity: '', kind: '', open: false };
/** Kept while the page is left for a story of a stream and back. */
let kept = NONE;

/** Swim lanes of all series, a filter, and one incident as a story. */
export function IncidentsPage({ argument, session, now }: PageProps): VNode {
  const [filter, setFilter] = useState(kept);
  const change = (part: Partial<Filter>): void => {
    kept = { ...filter, ...part };
    setFilter(kept);
  };
  const { span, ...rest } = filter;
  const query = new URLSearchParams({ span: String(span.ms), ...rest, open: rest.open ? '1' : '' });
  const { data, error } = useFresh<IncidentsBody>(`incidents?${query.toString()}`, EVERY_MS);
  const operator = session.role === 'operator';
  const [answers, setAnswers] = useState(0);
  const answer = (command: 'normal' | 'fault'): void => {
    if (operator)
      void answerFocused(command).then(() => {
        setAnswers((n) => n + 1);
      });
  };
  useKeys({
    j: () => {
      moveFocus(1);
    },
    k: () => {
      moveFocus(-1);
    },
    n: () => {
      answer('normal');
    },
    f: () => {
      answer('fault');
    },
    Escape: () => {
      if (argument !== '') location.hash = linkTo('incidents');
    },
  });
  return html`<div class="page-title">
      <h1>Incidents</h1>
      ${data === null ? null : html`<p class="quiet">${summary(data, span.text)}</p>`}
    </div>
    <div class=${argument === '' ? '' : 'above-story'}>
      <${FilterBar} filter=${filter} series=${data?.series ?? []} onChange=${change} />
    </div>
    ${
      data === null
        ? html`<${Waiting} error=${error} />`
        : html`<section class="card ${argument === '' ? '' : 'above-story'}" aria-label="Alarms over time">
              <${Lanes} body=${data} chosen=${argument} />
            </section>
            <div class="incidents ${argument === '' ? '' : 'with-story'}">
              <section class="incident-list" aria-label="List of incidents">
                ${
                  data.incidents.length === 0
                    ? html`<${Empty} filter=${filter} series=${data.series.length} />`
                    : html`<ul>
                        ${data.incidents.map((row) => html`<${Row} key=${row.id} row=${row} now=${now} chosen=${row.id === argument} />`)}
                      </ul>`
                }
                ${data.incidentsBeyond > 0 ? html`<p class="small quiet">${data.incidentsBeyond} older incidents are not listed.</p>` : null}
              </section>
              ${
                argument === ''
                  ? null
                  : html`<section class="card" aria-label="Story">
                      <a class="back small" href=${linkTo('incidents')}>← All incidents</a>
                      <${Story}
                        id=${argument}
                        operator=${operator}
                        turn=${`${data.counts.open} ${data.counts.alarms} ${answers}`}
                      />
                    </section>`
              }
            </div>`
    }`;
}

const summary = ({ counts }: IncidentsBody, span: string): string =>
  `${count(counts.incidents, 'incident')}, ${count(counts.alarms, 'alarm')} in ${span}${
    counts.open > 0 ? `, ${counts.open} open` : ''
  }`;

/** Answers the alarm that has the focus. */
async function answerFocused(command: 'normal' | 'fault'): Promise<void> {
  const alarm = document.activeElement?.closest<HTMLElement>('[data-alarm]');
  if (alarm == null) return;
  await act({ command, series: alarm.dataset.series!, event: alarm.dataset.alarm! });
}

interface FilterBarProps {
  readonly filter: Filter;
  readonly series: readonly string[];
  readonly onChange: (part: Partial<Filter>) => void;
}

function FilterBar({ filter, series, onChange }: FilterBarProps): VNode {
  const choice = (name: 'series' | 'severity' | 'kind', words: readonly string[]): VNode =>
    html`<label class="field">
      <span>${name}</span>
      <select
        value=${filter[name]}
        onChange=${({ currentTarget }: { currentTarget: HTMLSelectElement }) => {
          onChange({ [name]: currentTarget.value });
        }}
      >
        <option value="">all</option>
        ${words.map((word) => html`<option key=${word} value=${word}>${word}</option>`)}
      </select>
    </label>`;
  return html`<div class="filters" role="group" aria-label="Filter">
    <div class="choice" role="group" aria-label="Period">
      ${SPANS.map(
        (span) =>
          html`<button
            key=${span.name}
            class="button"
            aria-pressed=${filter.span === span}
            onClick=${() => {
              onChange({ span });
            }}
          >
            ${span.name}
          </button>`,
      )}
    </div>
    ${choice('series', series.includes(filter.series) || filter.series === '' ? series : [filter.series, ...series])}
    ${choice('severity', SEVERITIES)} ${choice('kind', KINDS)}
    <label class="check">
      <input
        type="checkbox"
        checked=${filter.open}
        onChange=${({ currentTarget }: { currentTarget: HTMLInputElement }) => {
          onChange({ open: currentTarget.checked });
        }}
      />
      open only
    </label>
    ${
      narrows(filter)
        ? html`<button
            class="button"
            onClick=${() => {
              onChange({ ...NONE, span: filter.span });
            }}
          >
            Clear
          </button>`
        : null
    }
  </div>`;
}

function Empty({ filter, series }: { readonly filter: Filter; readonly series: number }): VNode {
  const { span } = filter;
  if (narrows(filter))
    return html`<${Notice} kind="empty" title="No incident passes the filter">
      Clear the filter, or choose a longer period than ${span.text}.
    </${Notice}>`;
  return html`<${Notice} kind="empty" title="No alarm in ${span.text}">
    ${
      series === 0
        ? 'No series has had a reading yet.'
        : `${series === 1 ? 'The one series was' : `All ${series} series were`} quiet. A stream that is still learning raises no alarm.`
    }
  </${Notice}>`;
}

function Row({
  row,
  now,
  chosen,
}: {
  readonly row: IncidentRow;
  readonly now: number;
  readonly chosen: boolean;
}): VNode {
  const { id, startAt, endAt, severity, reason, alarms, series, seriesBeyond } = row;
  const lasts = endAt === null ? `open for ${duration(now - startAt)}` : duration(endAt - startAt);
  return html`<li>
    <a class="incident" href=${linkTo('incidents', id)} data-row aria-current=${chosen ? 'true' : undefined}>
      <span class="incident-head small">
        <${SeverityBadge} severity=${severity} />
        <time>${time(startAt, now)}</time>
        <span class="quiet">${lasts}</span>
        ${alarms > 1 ? html`<span class="quiet">${alarms} alarms</span>` : null}
      </span>
      <span class="incident-reason">${reason === '' ? series.join(', ') : reason}</span>
      ${
        series.length > 1
          ? html`<span class="small quiet"
              >${series.join(' → ')}${seriesBeyond > 0 ? ` and ${seriesBeyond} more` : ''}</span
            >`
          : null
      }
    </a>
  </li>`;
}
