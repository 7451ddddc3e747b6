import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import type { HubLearnedBody, HubTransferReply } from '../../app/dashboard/contract/hub.ts';
import { messageOf, post } from '../api.ts';
import { fromNow, time } from '../parts/format.ts';
import { html } from '../parts/html.ts';
import { useFresh } from '../parts/kept.ts';
import { NAME } from './command-form.ts';

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
    ${stored.length === 0 ? html`<p class="quiet">The hub has none of this site.</p>` : html`<${Stored} stored=${stored} now=${now} />`}
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
  const [by, setBy] = useState(localStorage.getItem(NAME) ?? '');
  const [busy, setBusy] = useState(false);
  const [answer, setAnswer] = useState<{ readonly good: boolean; readonly text: string } | null>(null);
  const submit = (event: Event): void => {
    event.preventDefault();
    localStorage.setItem(NAME, by);
    setBusy(true);
    const common = { do: what, by, streams: streams.split(/[\s,]+/).filter((name) => name !== '') };
    post<HubTransferReply>(
      `site/${encodeURIComponent(site)}/learned`,
      what === 'fetch' ? common : { ...common, from: from === ANY ? null : from, replace },
    )
      .then(({ status, text }) => {
        setAnswer({ good: status !== 'failed', text });
        onSent();
      })
      .catch((failure: unknown) => {
        setAnswer({ good: false, text: messageOf(failure) });
      })
      .finally(() => {
        setBusy(false);
      });
  };
  const value = (set: (text: string) => void) => (event: Event) => {
    set((event.target as HTMLInputElement | HTMLSelectElement).value);
  };
  return html`<form class="filters" onSubmit=${submit}>
      <label class="field">
        <span>Do</span>
        <select value=${what} onChange=${value(setWhat as (text: string) => void)}>
          <option value="fetch">fetch what it has learned</option>
          <option value="send">send it what others have learned</option>
        </select>
      </label>
      <label class="field">
        <span>Streams (* for any characters)</span>
        <input value=${streams} required onInput=${value(setStreams)} />
      </label>
      ${
        what === 'fetch'
          ? null
          : html`<label class="field">
                <span>From</span>
                <select value=${from} onChange=${value(setFrom)}>
                  <option value=${ANY}>the site that knows most</option>
                  ${sites.map((name) => html`<option key=${name} value=${name}>${name}</option>`)}
                </select>
              </label>
              <label class="field">
                <span>Streams whose warm-up is over</span>
                <select
                  value=${replace ? 'replace' : 'leave'}
                  onChange=${value((text) => {
                    setReplace(text === 'replace');
                  })}
                >
                  <option value="leave">leave as they are</option>
                  <option value="replace">replace what they have learned</option>
                </select>
              </label>`
      }
      <label class="field">
        <span>Your name</span>
        <input value=${by} required maxlength="64" autocomplete="name" onInput=${value(setBy)} />
      </label>
      <button class="button primary" disabled=${busy}>${busy ? 'Waiting for the answer' : 'Start'}</button>
    </form>
    <p role="status" class=${answer !== null && !answer.good ? 'error' : ''}>${answer?.text ?? ''}</p>`;
}
