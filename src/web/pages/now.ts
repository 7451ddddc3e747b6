import type { VNode } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { NowChange, NowRow, NowState, RowState } from '../../app/dashboard/contract/now.ts';
import { useLive } from '../api.ts';
import { tell } from '../commands.ts';
import { moveFocus, useKeys } from '../keys.ts';
import { CaseCard, commandsOf, switchMute } from '../now/case-card.ts';
import { Events, Habits } from '../now/lists.ts';
import { inOrder, merged, ORDER, type Shown } from '../now/state.ts';
import { StreamRow } from '../now/stream-row.ts';
import { linkTo, type PageProps } from '../page.ts';
import { count } from '../parts/format.ts';
import { html } from '../parts/html.ts';
import { Mark, wordOf } from '../parts/mark.ts';
import { Notice } from '../parts/notice.ts';

/** Rows change their places at most this often, unless one changes its state: a list that moves cannot be read. */
const SORT_MS = 5_000;

export function NowPage({ session, now }: PageProps): VNode {
  const [shown, setShown] = useState<Shown | null>(null);
  const [only, setOnly] = useState<RowState | null>(null);
  const [filter, setFilter] = useState('');
  useLive<NowState | NowChange>('now', (event) => {
    setShown((before) => merged(before, event));
  });
  const acts = session.role === 'operator';
  useNowKeys(shown, acts);
  if (shown === null)
    return html`<h1 class="hidden">Now</h1>
      <${Notice} kind="loading" title="Loading" />`;
  const { cases, moreCases, events, habits } = shown;
  return html`<h1 class="hidden">Now</h1>
    <div class="now">
      <div class="now-main">
        <${Cases} cases=${cases} more=${moreCases} now=${now} acts=${acts} />
        <${Streams} shown=${shown} only=${only} onOnly=${setOnly} filter=${filter} onFilter=${setFilter} />
      </div>
      <div class="now-side">
        <${Events} events=${events} now=${now} />
        <${Habits} habits=${habits} now=${now} />
      </div>
    </div>`;
}

interface CasesProps {
  readonly cases: Shown['cases'];
  readonly more: number;
  readonly now: number;
  readonly acts: boolean;
}

function Cases({ cases, more, now, acts }: CasesProps): VNode {
  return html`<section aria-labelledby="cases-title">
    <h2 id="cases-title">Open cases <span class="quiet">${cases.length + more}</span></h2>
    ${
      cases.length === 0
        ? html`<p class="card quiet calm">
            <span class="is-ready"><${Mark} state="ready" /></span> No alarm is open.
          </p>`
        : html`<div class="cases">
            ${cases.map((found) => html`<${CaseCard} key=${found.id} found=${found} now=${now} acts=${acts} />`)}
          </div>`
    }
    ${more === 0 ? null : html`<p class="quiet small">${count(more, 'more case')}: see <a href="#/incidents">Incidents</a>.</p>`}
  </section>`;
}

interface StreamsProps {
  readonly shown: Shown;
  readonly only: RowState | null;
  readonly onOnly: (state: RowState | null) => void;
  readonly filter: string;
  readonly onFilter: (text: string) => void;
}

function Streams({ shown, only, onOnly, filter, onFilter }: StreamsProps): VNode {
  const rows = useOrder(shown.rows);
  const wanted = filter.trim().toLowerCase();
  const visible = rows.filter(
    ({ stream, label, leading, state }) =>
      (only === null || state === only) &&
      (wanted === '' || `${stream} ${label ?? ''} ${leading}`.toLowerCase().includes(wanted)),
  );
  const drawn = useGrowing(visible.length);
  const counts = ORDER.map((state) => [state, rows.filter((row) => row.state === state).length] as const);
  return html`<section aria-labelledby="streams-title">
    <div class="streams-head">
      <h2 id="streams-title">Streams <span class="quiet">${rows.length}</span></h2>
      <div class="states" role="group" aria-label="Show one state only">
        ${counts
          .filter(([state, n]) => n > 0 || state === only)
          .map(
            ([state, n]) =>
              html`<button
                key=${state}
                class="chip"
                aria-pressed=${only === state}
                onClick=${() => {
                  onOnly(only === state ? null : state);
                }}
              >
                <span class="is-${state}"><${Mark} state=${state} /></span>${n} ${wordOf(state)}
              </button>`,
          )}
      </div>
      <input
        id="filter"
        type="search"
        placeholder="Filter by name"
        aria-label="Filter by name"
        value=${filter}
        onInput=${(event: InputEvent) => {
          onFilter((event.target as HTMLInputElement).value);
        }}
      />
    </div>
    ${
      rows.length === 0
        ? html`<${Notice} kind="empty" title="No stream yet">
          A stream begins with its first reading. If none comes, look at System: it counts the messages and the reasons of rejects.
        </${Notice}>`
        : visible.length === 0
          ? html`<p class="card quiet">No stream has that name and state.</p>`
          : html`<ul class="card streams">
              ${visible.slice(0, drawn).map((row) => html`<${StreamRow} key=${row.stream} row=${row} spark=${shown.sparks[row.stream]} />`)}
            </ul>`
    }
  </section>`;
}

/** Rows that are drawn at once, and with each turn after it: the first screen must not wait for hundreds. */
const AT_ONCE = 40;
const EACH_TURN = 120;

/** How many of `all` rows are drawn by now. */
const useGrowing = (all: number): number => {
  const [drawn, setDrawn] = useState(AT_ONCE);
  useEffect(() => {
    if (drawn >= all) return undefined;
    const timer = setTimeout(() => {
      setDrawn(drawn + EACH_TURN);
    });
    return () => {
      clearTimeout(timer);
    };
  }, [drawn, all]);
  return drawn;
};

/** The rows in an order that changes only when a state does, or every few seconds. */
const useOrder = (rows: ReadonlyMap<string, NowRow>): readonly NowRow[] => {
  const order = useRef<{ at: number; states: string; names: readonly string[] }>({ at: 0, states: '', names: [] });
  return useMemo(() => {
    const all = [...rows.values()];
    const states = all.map(({ stream, state }) => `${stream} ${state}`).join();
    const at = performance.now();
    if (order.current.states !== states || at - order.current.at > SORT_MS)
      order.current = { at, states, names: inOrder(all).map(({ stream }) => stream) };
    return order.current.names.flatMap((name) => rows.get(name) ?? []);
  }, [rows]);
};

/** Keys for the case or stream that has the focus. */
const useNowKeys = (shown: Shown | null, acts: boolean): void => {
  const focused = () => {
    const row = document.activeElement?.closest<HTMLElement>('[data-row]');
    const { case: id, stream } = row?.dataset ?? {};
    const found = shown?.cases.find((each) => (id === undefined ? each.stream === stream : each.id === id));
    return { found, row: stream === undefined ? undefined : shown?.rows.get(stream) };
  };
  const answer = (word: 'normal' | 'fault') => (): void => {
    const { found } = focused();
    if (!acts) tell('This token is read-only.', true);
    else if (found === undefined) tell('Choose an open case with j and k first.', true);
    else void commandsOf(found)[word]();
  };
  useKeys({
    j: () => {
      moveFocus(1);
    },
    k: () => {
      moveFocus(-1);
    },
    n: answer('normal'),
    f: answer('fault'),
    m: () => {
      const { found, row } = focused();
      if (!acts) tell('This token is read-only.', true);
      else if (row !== undefined) void switchMute(row.stream, row.muted);
      else if (found !== undefined) void commandsOf(found).mute();
      else tell('Choose a case or a stream with j and k first.', true);
    },
    Enter: (event) => {
      if (event.target instanceof HTMLElement && !('row' in event.target.dataset)) return; // a link or a button
      const { found, row } = focused();
      const series = row?.leading ?? found?.series;
      if (series !== undefined) location.hash = linkTo('stream', series);
    },
    '/': (event) => {
      event.preventDefault();
      document.getElementById('filter')?.focus();
    },
  });
};
