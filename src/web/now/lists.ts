import type { VNode } from 'preact';
import type { NowEvent, NowHabit } from '../../app/dashboard/contract/now.ts';
import { linkTo } from '../page.ts';
import { duration, fromNow, quantity, time } from '../parts/format.ts';
import { html } from '../parts/html.ts';
import { Mark, type State } from '../parts/mark.ts';

const MARKS: Readonly<Record<NowEvent['kind'], State>> = {
  process: 'alarm',
  sensor: 'sensor',
  drift: 'drift',
  habit: 'ready',
};
const WORDS: Readonly<Record<NowEvent['kind'], string>> = {
  process: 'alarm',
  sensor: 'sensor fault',
  drift: 'drift',
  habit: 'new habit',
};

export function Events({ events, now }: { readonly events: readonly NowEvent[]; readonly now: number }): VNode {
  return html`<section class="card" aria-labelledby="events-title">
    <h2 id="events-title">Recent events</h2>
    ${
      events.length === 0
        ? html`<p class="quiet small">No event yet. The first alarms can open when the warm-up is over.</p>`
        : html`<ol class="list">
            ${events.map(
              ({ id, at, kind, series, severity, endAt, open, reason }) =>
                html`<li key=${id} class=${open ? 'open' : ''}>
                  <p class="small">
                    <span class="is-${MARKS[kind]}"><${Mark} state=${MARKS[kind]} /></span>
                    <a href=${linkTo('stream', series)}>${series}</a>
                    <time class="quiet list-time">${time(at, now)}</time>
                  </p>
                  <p class="small quiet">${wordsOf({ kind, severity, open, endAt, at })}</p>
                  <p class="small list-reason" title=${reason}>${reason}</p>
                </li>`,
            )}
          </ol>`
    }
  </section>`;
}

type Told = Pick<NowEvent, 'kind' | 'severity' | 'open' | 'endAt' | 'at'>;

const wordsOf = ({ kind, severity, open, endAt, at }: Told): string =>
  [WORDS[kind], severity, open ? 'open' : endAt === null ? null : duration(endAt - at)]
    .filter((word) => word !== null)
    .join(', ');

/** Later than this many mean times, a habit is said to be late. */
const LATE = 0.5;

export function Habits({ habits, now }: { readonly habits: readonly NowHabit[]; readonly now: number }): VNode {
  return html`<section class="card" aria-labelledby="habits-title">
    <h2 id="habits-title">Habits</h2>
    ${
      habits.length === 0
        ? html`<p class="quiet small">
            None yet. An event that comes again and again becomes one, and is no alarm then.
          </p>`
        : html`<ol class="list">
            ${habits.map(({ id, series, from, to, unit, everyMs, lastAt, dueAt }) => {
              const late = now > dueAt + LATE * everyMs;
              return html`<li key=${id}>
                <p class="small">
                  <a href=${linkTo('stream', series)}>${series}</a>
                  <span class="quiet"
                    >${quantity(from, unit)} to ${quantity(to, unit)}, every ${duration(everyMs)}</span
                  >
                </p>
                <p class="small">
                  <span class=${late ? 'is-drift' : ''}
                    >${now > dueAt ? `due since ${duration(now - dueAt)}` : `due ${fromNow(dueAt, now)}`}${
                      late ? ', late' : ''
                    }</span
                  >
                  <span class="quiet"> · last ${time(lastAt, now)}</span>
                </p>
              </li>`;
            })}
          </ol>`
    }
  </section>`;
}
