import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import type { HubLearnedBody, HubTransferReply } from '../../app/dashboard/contract/hub.ts';
import { fromNow, time } from '../parts/format.ts';
import { html } from '../parts/html.ts';
import { useFresh } from '../parts/kept.ts';
import { AskingForm, valueTo, type Answer } from './asking.ts';

const EVERY_MS = 3_000;
const ANY = '';

interface Props {
  readonly site: string;
  readonly operator: boolean;
}

/** What the hub has of the learned state of a site; fetches it, and sends states to the site. */
export function Learned({ site, operator }: Props): VNode | null {
  const { data, reload } = useFresh<HubLearnedBody>(`site/${encodeURIComponent(site)}/learned`, EVERY_MS);
  if (data === null) return null;
  const { stored, transfers, sites, canCommand } = data;
  const may = canCommand && operator;
  if (stored.length === 0 && transfers.length === 0 && !may) return null;
  const now = Date.now();
  return html`<section class="record">
    <h2>Learned states</h2>
    ${may ? html`<${TransferForm} site=${site} sites=${sites} onSent=${reload} />` : null}
    ${stored.length === 0 ? html`<p class="quiet">The hub has no learned state of this site.</p>` : html`<${Stored} stored=${stored} now=${now} />`}
    ${transfers.length === 0 ? null : html`<${Transfers} transfers=${transfers} now=${now} />`}
  </section>`;
}

const Stored = ({ stored, now }: { readonly stored: HubLearnedBody['stored']; readonly now: number }): VNode =>
  html`<table class="records">
    <thead>
      <tr>
        <th>stream</th>
        <th>made</th>
        <th class="number">samples</th>
        <th class="number">size</th>
      </tr>
    </thead>
    <tbody>
      ${stored.map(
        ({ stream, at, storedAt, samples, size }) =>
          html`<tr key=${`${stream} ${storedAt}`}>
            <td data-of="stream">${stream}</td>
            <td data-of="made">${fromNow(at, now)}</td>
            <td class="number" data-of="samples">${samples}</td>
            <td class="number" data-of="size">${Math.ceil(size / 1000)} kB</td>
          </tr>`,
      )}
    </tbody>
  </table>`;

const Transfers = ({
  transfers,
  now,
}: {
  readonly transfers: HubLearnedBody['transfers'];
  readonly now: number;
}): VNode =>
  html`<table class="records">
    <thead>
      <tr>
        <th>asked</th>
        <th>by</th>
        <th>transfer</th>
      </tr>
    </thead>
    <tbody>
      ${transfers.map(
        ({ id, at, direction, sender, status, text, streams }) =>
          html`<tr key=${id}>
            <td class="when" data-of="asked">${time(at, now)}</td>
            <td data-of="by">${sender}</td>
            <td data-of="transfer">
              ${direction}: ${status === 'running' ? 'running' : text}
              <ul>
                ${streams.map(
                  ({ stream, from, done, text: answer }) =>
                    html`<li key=${stream}>
                      ${stream}${from === null ? '' : ` from ${from}`}: ${done ? '' : 'not done: '}${answer}
                    </li>`,
                )}
              </ul>
            </td>
          </tr>`,
      )}
    </tbody>
  </table>`;

const answerOf = ({ status, text }: HubTransferReply): Answer => ({ good: status !== 'failed', text });

function TransferForm({
  site,
  sites,
  onSent,
}: {
  readonly site: string;
  readonly sites: readonly string[];
  readonly onSent: () => void;
}): VNode {
  const [what, setWhat] = useState<'fetch' | 'send'>('fetch');
  const [streams, setStreams] = useState('*');
  const [from, setFrom] = useState(ANY);
  const [replace, setReplace] = useState(false);
  const body = () => {
    const common = { do: what, streams: streams.split(/[\s,]+/).filter((name) => name !== '') };
    return what === 'fetch' ? common : { ...common, from: from === ANY ? null : from, replace };
  };
  return html`<${AskingForm}
    path=${`site/${encodeURIComponent(site)}/learned`}
    body=${body}
    answerOf=${answerOf}
    onSent=${onSent}
    button="Start"
  >
    <label class="field">
      <span>Do</span>
      <select value=${what} onChange=${valueTo(setWhat as (text: string) => void)}>
        <option value="fetch">fetch the learned states of this site</option>
        <option value="send">send learned states of other sites</option>
      </select>
    </label>
    <label class="field">
      <span>Streams (* for any characters)</span>
      <input value=${streams} required onInput=${valueTo(setStreams)} />
    </label>
    ${
      what === 'fetch'
        ? null
        : html`<label class="field">
              <span>From</span>
              <select value=${from} onChange=${valueTo(setFrom)}>
                <option value=${ANY}>the site with the most samples</option>
                ${sites.map((name) => html`<option key=${name} value=${name}>${name}</option>`)}
              </select>
            </label>
            <label class="field">
              <span>Streams whose warm-up is over</span>
              <select
                value=${replace ? 'replace' : 'leave'}
                onChange=${valueTo((text) => {
                  setReplace(text === 'replace');
                })}
              >
                <option value="leave">keep their state</option>
                <option value="replace">replace their state</option>
              </select>
            </label>`
    }
  <//>`;
}
