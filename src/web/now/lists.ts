import type { VNode } from 'preact';
import type { NowEvent, NowHabit } from '../../app/dashboard/contract/now.ts';
import { linkTo } from '../page.ts';
import { duration, fromNow, quantity, time } from '../parts/format.ts';
import { html } from '../parts/html.ts';
import { Mark, stateOf, wordOf } from '../parts/mark.ts';

export function Events({ events, now }: { readonly events: readonly NowEvent[]; readonly now: number }): VNode {
  return html`<section class="card" aria-labelledby="events-title">
    <h2 id="events-title">Recent events</h2>
    ${
      events.length === 0
        ? html`<p class="quiet small">No event yet. The first alarms can open when the warm-up is over.</p>`
        : html`<ol class="list">
            ${events.map(({ id, at, kind, series, severity, endAt, open, reason }) => {
              const state = kind === 'habit' ? 'ready' : stateOf(kind);
              return html`<li key=${id} class=${open ? 'open' : ''}>
                <p class="small">
                  <span class="is-${state}"><${Mark} state=${state} /></span>
                  <a href=${linkTo('stream', series)}>${series}</a>
                  <time class="quiet list-time">${time(at, now)}</time>
                </p>
                <p class="small quiet">${wordsOf({ kind, severity, open, endAt, at })}</p>
                <p class="small list-reason" title=${reason}>${reason}</p>
              </li>`;
            })}
          </ol>`
    }
  </section>`;
}

type Told = Pick<NowEvent, 'kind' | 'severity' | 'open' | 'endAt' | 'at'>;

const wordsOf = ({ kind, severity, open, endAt, at }: Told): string =>
  [
    kind === 'habit' ? 'new habit' : wordOf(stateOf(kind)),
    severity,
    open ? 'open' : endAt === null ? null : duration(endAt - at),
  ]
    .filter((word) => word !== null)
    .join(', ');

/**
 * Mean times after which a habit has no due time any more. It may have changed, or its cycle is being learned anew after a fault; whether
 * it is too late is for the detector to say, by an alarm.
 */
const OVERDUE = 0.5;

const dueText = ({ dueAt, lastAt, everyMs }: NowHabit, now: number): string => {
  if (now > dueAt + OVERDUE * everyMs) return `not recognised since ${time(lastAt, now)}`;
  return now > dueAt ? `due since ${duration(now - dueAt)}` : `due ${fromNow(dueAt, now)}`;
};

export function Habits({ habits, now }: { readonly habits: readonly NowHabit[]; readonly now: number }): VNode {
  return html`<section class="card" aria-labelledby="habits-title">
    <h2 id="habits-title">Habits</h2>
    ${
      habits.length === 0
        ? html`<p class="quiet small">None yet. An event that comes often becomes a habit and gives no more alarms.</p>`
        : html`<ol class="list">
            ${habits.map((habit) => {
              const { id, series, from, to, unit, everyMs, lastAt } = habit;
              const text = dueText(habit, now);
              return html`<li key=${id}>
                <p class="small">
                  <a href=${linkTo('stream', series)}>${series}</a>
                  <span class="quiet"
                    >${quantity(from, unit)} to ${quantity(to, unit)}, every ${duration(everyMs)}</span
                  >
                </p>
                <p class="small">
                  ${text}
                  ${text.startsWith('due') ? html`<span class="quiet"> · last ${time(lastAt, now)}</span>` : null}
                </p>
              </li>`;
            })}
          </ol>`
    }
  </section>`;
}
