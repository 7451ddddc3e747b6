import type { VNode } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { DiscoverBody, SetupBody } from '../../app/dashboard/contract/setup.ts';
import { get, messageOf, post } from '../api.ts';
import { count, duration } from '../parts/format.ts';
import { html } from '../parts/html.ts';
import { Notice } from '../parts/notice.ts';
import { Chosen } from './chosen.ts';
import { Found } from './found.ts';

const EVERY_MS = 1_000;
const TIMES = [15, 30, 60, 300].map((seconds) => seconds * 1000);

export interface DiscoverProps {
  readonly setup: SetupBody;
  readonly operator: boolean;
}

/** A search on the broker, a list to tick, and the lines of the site file. */
export function Discover({ setup, operator }: DiscoverProps): VNode {
  const [found, setFound] = useState<DiscoverBody | null>(null);
  const [error, setError] = useState<string | null>(null);
  const [ticked, setTicked] = useState<ReadonlySet<string>>(new Set());
  const search = useRef(0);
  const take = (body: DiscoverBody): void => {
    if (body.search !== search.current) setTicked(new Set());
    search.current = body.search;
    setFound(body);
    setError(null);
  };
  const ask = (asked: Promise<DiscoverBody>): void => {
    asked.then(take).catch((reason: unknown) => {
      setError(messageOf(reason));
    });
  };
  const running = found?.state === 'running';
  useEffect(() => {
    ask(get<DiscoverBody>('discover'));
    if (!running) return undefined;
    const timer = setInterval(() => {
      ask(get<DiscoverBody>('discover'));
    }, EVERY_MS);
    return () => {
      clearInterval(timer);
    };
  }, [running]);
  return html`<${SearchForm}
      found=${found}
      operator=${operator}
      onSearch=${(body: object) => {
        ask(post<DiscoverBody>('discover', body));
      }}
      onStop=${() => {
        ask(post<DiscoverBody>('discover/stop', {}));
      }}
    />
    ${error === null ? null : html`<p class="error" role="alert">${error}</p>`}
    ${found === null ? null : html`<${Result} ...${{ found, ticked, setup }} onTick=${setTicked} />`}`;
}

interface SearchFormProps {
  readonly found: DiscoverBody | null;
  readonly operator: boolean;
  readonly onSearch: (body: object) => void;
  readonly onStop: () => void;
}

function SearchForm({ found, operator, onSearch, onStop }: SearchFormProps): VNode {
  const [forMs, setForMs] = useState(TIMES[1]);
  const [filters, setFilters] = useState('#');
  const running = found?.state === 'running';
  const submit = (event: Event): void => {
    event.preventDefault();
    onSearch({ forMs, filters: filters.split(/[\s,]+/).filter((filter) => filter !== '') });
  };
  return html`<form class="filters" onSubmit=${submit}>
      <label class="field">
        <span>listen for</span>
        <select
          value=${String(forMs)}
          onChange=${({ currentTarget }: { currentTarget: HTMLSelectElement }) => {
            setForMs(Number(currentTarget.value));
          }}
        >
          ${TIMES.map((ms) => html`<option key=${ms} value=${String(ms)}>${duration(ms)}</option>`)}
        </select>
      </label>
      <label class="field">
        <span>topics</span>
        <input
          value=${filters}
          spellcheck=${false}
          autocapitalize="off"
          onInput=${({ currentTarget }: { currentTarget: HTMLInputElement }) => {
            setFilters(currentTarget.value);
          }}
        />
      </label>
      ${
        running
          ? html`<button type="button" class="button" disabled=${!operator} onClick=${onStop}>
              Stop and use this
            </button>`
          : html`<button class="button primary" disabled=${!operator}>Search</button>`
      }
    </form>
    ${
      running
        ? html`<p class="progress small" role="status">
            <progress max=${found.forMs} value=${found.passedMs} aria-label="Search"></progress>
            ${progressOf(found)}
          </p>`
        : null
    }`;
}

/** 3 s of 15 s: 347 messages, 19 topics with numbers */
const progressOf = ({ passedMs, forMs, messages, topics }: DiscoverBody): string =>
  `${duration(passedMs)} of ${duration(forMs)}: ${count(messages, 'message')}, ${count(topics, 'topic')} with numbers`;

interface ResultProps {
  readonly found: DiscoverBody;
  readonly ticked: ReadonlySet<string>;
  readonly setup: SetupBody;
  readonly onTick: (ticked: ReadonlySet<string>) => void;
}

function Result({ found, ticked, setup, onTick }: ResultProps): VNode {
  const { state, inputs, error, messages } = found;
  if (state === 'idle')
    return html`<${Notice} kind="empty" title="Find out what the broker has">
      A search listens to the broker over a connection of its own and lists every number that is worth watching, with its values. It
      publishes nothing and changes nothing.
    </${Notice}>`;
  if (state === 'failed') return html`<${Notice} kind="error" title="The search failed">${error}</${Notice}>`;
  if (inputs.length === 0)
    return state === 'running'
      ? html`<p class="quiet">${found.topics > 0 ? 'Too many topics to list before the end.' : 'Nothing yet.'}</p>`
      : html`<${Notice} kind="empty" title="No number was found">
          ${
            messages === 0
              ? 'No message arrived. Does a device publish to this broker, and may this user read its topics? Listen longer.'
              : `None of ${count(messages, 'message')} has a number that is a signal. Listen longer.`
          }
        </${Notice}>`;
  return html`<div class="setup">
    <${Found} found=${found} ticked=${ticked} onTick=${onTick} />
    ${state === 'done' ? html`<${Chosen} search=${found.search} ticked=${ticked} setup=${setup} />` : null}
  </div>`;
}
