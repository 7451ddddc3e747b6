import type { VNode } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { PastEvent, SensitivityBody, StreamSensitivity } from '../../app/dashboard/contract/setup.ts';
import { useJson } from '../api.ts';
import { act } from '../commands.ts';
import { linkTo } from '../page.ts';
import { count, number, time } from '../parts/format.ts';
import { html } from '../parts/html.ts';
import { Notice, Waiting } from '../parts/notice.ts';
import { SeverityBadge } from '../parts/severity.ts';
import { EventPlot } from './event-plot.ts';

const LEAST = 0.1;
const MOST = 10;
const STEPS = 40; // of the slider, for a factor of ten

/** Two digits: finer differences have no effect. */
const rounded = (sensitivity: number): number => Number(sensitivity.toPrecision(2));

export interface SensitivityProps {
  readonly streams: readonly StreamSensitivity[];
  /** The stream of the address. */
  readonly asked: string;
  readonly operator: boolean;
  readonly onSaved: () => void;
}

/** Moves the sensitivity of a stream, and shows which past events would have been alarms. */
export function Sensitivity({ streams, asked, operator, onSaved }: SensitivityProps): VNode {
  if (streams.length === 0)
    return html`<${Notice} kind="empty" title="There is no stream yet">
      A series appears here with its first reading. Choose what to watch, or look at System for refused messages.
    </${Notice}>`;
  const chosen = streams.find(({ stream }) => stream === asked) ?? streams[0];
  return html`<div class="filters">
      <label class="field">
        <span>stream</span>
        <select
          value=${chosen.stream}
          onChange=${({ currentTarget }: { currentTarget: HTMLSelectElement }) => {
            location.hash = `#/setup/sensitivity/${encodeURIComponent(currentTarget.value)}`;
          }}
        >
          ${streams.map(({ stream, label }) => html`<option key=${stream} value=${stream}>${label ?? stream}</option>`)}
        </select>
      </label>
      ${chosen.series === null ? null : html`<span class="quiet">a group: ${chosen.series.join(', ')}</span>`}
      <a class="small" href=${linkTo('stream', chosen.stream)}>Open the stream</a>
    </div>
    <${Trial} key=${chosen.stream} stream=${chosen.stream} operator=${operator} onSaved=${onSaved} />`;
}

interface TrialProps {
  readonly stream: string;
  readonly operator: boolean;
  readonly onSaved: () => void;
}

function Trial({ stream, operator, onSaved }: TrialProps): VNode {
  const { data, error, reload } = useJson<SensitivityBody>(`sensitivity?stream=${encodeURIComponent(stream)}`);
  const [tried, setTried] = useState<number | null>(null);
  const present = data?.stream.sensitivity ?? null;
  useEffect(() => {
    setTried(null);
  }, [present]);
  if (data === null) return html`<${Waiting} error=${error} />`;
  const value = tried ?? data.stream.sensitivity;
  const save = (given: number | null) => () => {
    void act({ command: 'sensitivity', series: stream, value: given }).then((reply) => {
      if (reply?.status !== 'done') return;
      reload();
      onSaved();
    });
  };
  const { ofSite, set, sensitivity } = data.stream;
  return html`<section class="card trial" aria-label="Sensitivity">
      <div class="slider">
        <label for="sensitivity">Sensitivity</label>
        <input
          id="sensitivity"
          type="range"
          min=${Math.log10(LEAST) * STEPS}
          max=${Math.log10(MOST) * STEPS}
          step="1"
          value=${Math.round(Math.log10(value) * STEPS)}
          aria-valuetext=${number(value)}
          onInput=${({ currentTarget }: { currentTarget: HTMLInputElement }) => {
            setTried(rounded(10 ** (Number(currentTarget.value) / STEPS)));
          }}
        />
        <output class="figure" for="sensitivity">${number(value)}</output>
      </div>
      <p class="small quiet">
        Now ${number(sensitivity)}${set === null ? ', as in the site file' : `; ${number(ofSite)} in the site file`}. A
        lower value gives fewer alarms, a higher one more.
      </p>
      ${data.events.length === 0 ? null : html`<${Outcome} body=${data} value=${value} />`}
      <${EventPlot} body=${data} value=${value} least=${LEAST} most=${MOST} />
      <p class="actions">
        <button class="button primary" disabled=${!operator || value === sensitivity} onClick=${save(value)}>
          Save ${number(value)}
        </button>
        <button
          class="button"
          disabled=${value === sensitivity}
          onClick=${() => {
            setTried(null);
          }}
        >
          Back to ${number(sensitivity)}
        </button>
        ${
          set === null
            ? null
            : html`<button class="button" disabled=${!operator} onClick=${save(null)}>
                As in the site file (${number(ofSite)})
              </button>`
        }
      </p>
    </section>
    <${Events} body=${data} value=${value} />`;
}

/** Whether an event is an alarm with a sensitivity. */
export const isAlarm = ({ need }: PastEvent, sensitivity: number): boolean => need === null || sensitivity > need;

function Outcome({ body, value }: { readonly body: SensitivityBody; readonly value: number }): VNode {
  const { events, knownUpTo, beyond, scoresSince, since, now } = body;
  const alarms = (sensitivity: number): number => events.filter((event) => isAlarm(event, sensitivity)).length;
  const lost = events.filter((event) => event.verdict === 'fault' && !isAlarm(event, value)).length;
  const spared = events.filter((event) => event.verdict === 'normal' && !isAlarm(event, value)).length;
  return html`<div class="outcome" role="status">
    <p>
      <strong>${alarms(value)} of ${count(events.length, 'past event')}</strong> of the last 30
      days${beyond ? ', the newest,' : ''} would be alarms.
      ${lost > 0 ? html` <span class="error">${count(lost, 'confirmed fault')} would be missed.</span>` : null}
      ${spared > 0 ? html` ${count(spared, 'false alarm')} would not come.` : null}
    </p>
    ${
      value > knownUpTo
        ? html`<p class="small">
            Above ${number(knownUpTo)} there would be more alarms than these: the scores of such events were not stored,
            so their number is not known.
          </p>`
        : value > body.stream.sensitivity && scoresSince !== null && scoresSince > since
          ? html`<p class="small">Events that were no alarm are known since ${time(scoresSince, now)} only.</p>`
          : null
    }
    <p class="small quiet">
      An estimate from the highest score of each event: nothing is learned while an alarm is open, and habits depend on
      the sensitivity too. Sensor faults and drifts have limits of their own.
    </p>
  </div>`;
}

function Events({ body, value }: { readonly body: SensitivityBody; readonly value: number }): VNode {
  const { events, now } = body;
  if (events.length === 0)
    return html`<${Notice} kind="empty" title="No past event in the last 30 days">
      There is nothing to try the sensitivity on yet; it can be saved all the same.
    </${Notice}>`;
  return html`<table class="records events">
    <caption class="hidden">
      Past events
    </caption>
    <thead>
      <tr>
        <th>time</th>
        <th>at ${number(value)}</th>
        <th>alarm above</th>
        <th>event</th>
      </tr>
    </thead>
    <tbody>
      ${events.map(
        (event) =>
          html`<tr key=${event.id ?? event.at} class=${isAlarm(event, value) ? '' : 'spared'}>
            <td data-of="time" class="when">${time(event.at, now)}</td>
            <td data-of="at ${number(value)}">${isAlarm(event, value) ? html`<strong>alarm</strong>` : 'no alarm'}</td>
            <td data-of="alarm above">${event.need === null ? 'always' : number(rounded(event.need))}</td>
            <td data-of="event">
              ${event.severity === null ? null : html`<${SeverityBadge} severity=${event.severity} /> `}
              ${event.id === null ? event.reason : html`<a href=${linkTo('incidents', event.id)}>${event.reason}</a>`}
              ${event.verdict === null ? null : html` <span class="tag">${event.verdict === 'fault' ? 'confirmed fault' : 'false alarm'}</span>`}
            </td>
          </tr>`,
      )}
    </tbody>
  </table>`;
}
