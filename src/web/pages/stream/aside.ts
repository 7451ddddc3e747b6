import type { VNode } from 'preact';
import type { HistoryBody } from '../../../app/dashboard/contract/stream.ts';
import { duration, number, percent, quantity, time, words } from '../../parts/format.ts';
import { html } from '../../parts/html.ts';
import type { StreamModel } from './model.ts';

export const Legend = ({ body }: { readonly body: HistoryBody | null }): VNode =>
  html`<ul class="legend small quiet" aria-label="Legend">
    <li><span class="key key-value"></span>value, least to greatest</li>
    <li><span class="key key-expected"></span>expected</li>
    <li><span class="key key-band"></span>band</li>
    <li>
      <span class="key key-network"></span>loss of the network <span class="key key-baseline"></span>of the baseline,
      nats
    </li>
    ${body === null ? null : html`<li>a point is ${duration(body.bucketMs)}</li>`}
  </ul>`;

const NO_ALARM = {
  same_event: ': an event like this one was an alarm already.',
  cool_down: ' unless the score rises above that of the last alarm.',
} as const;

/** Levels, habits, the evidence of the present score, and why it is no alarm. */
export function Aside({ model }: { readonly model: StreamModel }): VNode {
  const { marks, evidence, noAlarm, body, now } = model;
  const unit = body?.unit ?? '';
  return html`<section aria-labelledby="known-title" class="known">
    <h2 id="known-title">What it knows</h2>
    ${
      evidence.length === 0
        ? null
        : html`<p>
            <span class="quiet">Present score from</span> ${evidence
              .slice(0, 4)
              .map(({ name, share }) => `${words(name)} ${percent(share)}`)
              .join(', ')}
          </p>`
    }
    ${noAlarm === null ? null : html`<p>No alarm until ${time(noAlarm.until, now)}${NO_ALARM[noAlarm.why]}</p>`}
    ${
      marks === null || marks.modes.length === 0
        ? null
        : html`<p>
            <span class="quiet">Levels</span> ${marks.modes
              .map(
                ({ level, spread, present }) =>
                  `${quantity(level, unit)} ± ${number(spread)}${present ? ' (now)' : ''}`,
              )
              .join(', ')}
          </p>`
    }
    ${
      marks === null || marks.habits.length === 0
        ? html`<p class="quiet">No event of this time comes so often that it is a habit.</p>`
        : html`<ul>
            ${marks.habits
              .slice(0, 5)
              .map(
                ({ id, perWeek, until, reason }) =>
                  html`<li key=${id}>
                    ${reason} <span class="quiet small">${number(perWeek)} a week, last ${time(until, now)}</span>
                  </li>`,
              )}
          </ul>`
    }
  </section>`;
}
