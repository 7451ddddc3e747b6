import type { VNode } from 'preact';
import { useRef, useState } from 'preact/hooks';
import type { LearningBody, LearningChoice } from '../../app/dashboard/contract/learning.ts';
import { useJson, useLive } from '../api.ts';
import { linkTo, type PageProps } from '../page.ts';
import { number } from '../parts/format.ts';
import { html } from '../parts/html.ts';
import { Notice, Waiting } from '../parts/notice.ts';
import { Figures } from './learning/figures.ts';

/** How a network learns: the streams to choose from, or one of them. */
export function LearningPage({ argument, now }: PageProps): VNode {
  return argument === '' ? html`<${Choices} />` : html`<${Stream} key=${argument} name=${argument} now=${now} />`;
}

/** All streams, with the margin of each network. */
function Choices(): VNode {
  const { data, error } = useJson<readonly LearningChoice[]>('learning');
  if (data === null)
    return html`<h1>Learning</h1>
      <${Waiting} error=${error} />`;
  if (data.length === 0)
    return html`<h1>Learning</h1>
      <${Notice} kind="empty" title="No stream yet">A stream appears here with its first reading.</${Notice}>`;
  const sorted = [...data].sort((a, b) => (b.margin ?? -Infinity) - (a.margin ?? -Infinity));
  return html`<h1>Learning</h1>
    <p class="lead">
      Each stream has a network that learns from every reading. The margin says by how many nats a reading it forecasts
      better than a baseline that only counts steps at each hour of the day. Open a stream to see its network at work.
    </p>
    <div class="card choices">
      <table>
        <thead>
          <tr>
            <th scope="col">Stream</th>
            <th scope="col" class="wide">Network</th>
            <th scope="col" class="number wide">Readings</th>
            <th scope="col" class="number">Margin</th>
          </tr>
        </thead>
        <tbody>
          ${sorted.map(
            ({ stream, labels, network, samples, margin }) =>
              html`<tr key=${stream}>
                <td>
                  <a data-row href=${linkTo('learning', stream)}>${labels.length === 1 ? labels[0] : stream}</a>
                  ${labels.length === 1 ? null : html`<span class="quiet small"> ${labels.join(', ')}</span>`}
                </td>
                <td class="wide quiet">${network ?? 'none: baseline alone'}</td>
                <td class="number wide">${samples.toLocaleString('en')}</td>
                <td class="number">${network === null ? '–' : signed(margin)}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>`;
}

const signed = (value: number | null): string =>
  value === null ? '–' : `${value > 0 ? '+' : ''}${number(Number(value.toFixed(3)))}`;

/** One stream. It is recorded while this is shown. */
function Stream({ name, now }: { readonly name: string; readonly now: number }): VNode {
  const path = `streams/${encodeURIComponent(name)}/learning`;
  const { data, error } = useJson<LearningBody>(path);
  if (data === null)
    return html`<h1>Learning</h1>
      ${
        error === null
          ? html`<${Waiting} error=${null} />`
          : html`<${Notice} kind="error" title="No learning to show">
              ${error} <a href=${linkTo('learning')}>All streams</a>
            </${Notice}>`
      }`;
  return html`<${Live} first=${data} now=${now} />`;
}

/** Asked for only after the stream is known: an unknown topic would be refused, with all others of the page. */
function Live({ first, now }: { readonly first: LearningBody; readonly now: number }): VNode {
  const [body, setBody] = useState(first);
  const [paused, setPaused] = useState(false);
  const waiting = useRef<LearningBody | null>(null);
  useLive<LearningBody>(`learning:${first.stream}`, (event) => {
    waiting.current = event;
    if (!paused) setBody(event);
  });
  const pause = (): void => {
    if (paused && waiting.current !== null) setBody(waiting.current);
    setPaused(!paused);
  };
  return html`<${Figures} body=${body} now=${now} paused=${paused} onPause=${pause} />`;
}
