import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import type { DiscoverBody, FoundField, FoundInput } from '../../app/dashboard/contract/setup.ts';
import { count, duration, number, quantity } from '../parts/format.ts';
import { html } from '../parts/html.ts';
import { visible } from '../parts/visible.ts';

export interface FoundProps {
  readonly found: DiscoverBody;
  readonly ticked: ReadonlySet<string>;
  readonly onTick: (ticked: ReadonlySet<string>) => void;
}

type Toggle = (fields: readonly FoundField[], on: boolean) => void;

/** The numbers that a search has found, by topic, each with its newest value; after its end they can be ticked. */
export function Found({ found, ticked, onTick }: FoundProps): VNode {
  const [text, setText] = useState('');
  const words = text.toLowerCase().split(/\s+/);
  const done = found.state === 'done';
  const shown = found.inputs.filter((input) => words.every((word) => textOf(input).includes(word)));
  const fresh = shown.filter(({ fields }) => fields.some(({ watched }) => !watched));
  const open = shown.flatMap(({ fields }) => fields.filter(({ watched }) => !watched));
  const toggle: Toggle = (fields, on) => {
    const next = new Set(ticked);
    for (const { key } of fields)
      if (on) next.add(key);
      else next.delete(key);
    onTick(next);
  };
  const all = open.length > 0 && open.every(({ key }) => ticked.has(key));
  return html`<section aria-label="Numbers that were found">
    <div class="filters">
      <input
        type="search"
        placeholder="Filter"
        aria-label="Filter the list"
        value=${text}
        onInput=${({ currentTarget }: { currentTarget: HTMLInputElement }) => {
          setText(currentTarget.value);
        }}
      />
      ${
        done && open.length > 0
          ? html`<button
              class="button"
              onClick=${() => {
                toggle(open, !all);
              }}
            >
              ${all ? 'Untick' : 'Tick'} all ${open.length}
            </button>`
          : null
      }
      <span class="quiet">${count(found.inputs.length, 'topic filter')}${done ? '' : ' so far'}</span>
    </div>
    <ul class="found">
      ${fresh.map((input) => html`<${Input} key=${input.topic} ...${{ input, ticked, toggle, done }} />`)}
    </ul>
    ${fresh.length === 0 ? html`<p class="quiet">${shown.length === 0 ? 'Nothing passes the filter.' : 'Every number that was found is watched already.'}</p>` : null}
    <${Watched} inputs=${shown.filter((input) => !fresh.includes(input))} />
    ${found.inputsBeyond > 0 ? html`<p class="small quiet">${found.inputsBeyond} more are left out: search with narrower topics.</p>` : null}
    <${NotProposed} rows=${found.notProposed} />
  </section>`;
}

/** Folded: there is nothing to tick. */
function Watched({ inputs }: { readonly inputs: readonly FoundInput[] }): VNode | null {
  if (inputs.length === 0) return null;
  return html`<details class="small">
    <summary>Watched already: ${count(inputs.length, 'topic filter')}</summary>
    <ul class="found">
      ${inputs.map((input) => html`<${Input} key=${input.topic} ...${{ input, ticked: NONE, toggle: nothing, done: false }} />`)}
    </ul>
  </details>`;
}

const NONE: ReadonlySet<string> = new Set();
const nothing = (): void => undefined;

const textOf = ({ topic, fields }: FoundInput): string =>
  [topic, ...fields.flatMap(({ path, name, unit }) => [path, name ?? '', unit])].join(' ').toLowerCase();

/** 450 ms, 12 s */
const interval = (ms: number): string => (ms < 1000 ? `${Math.round(ms)} ms` : duration(ms));

interface InputProps {
  readonly input: FoundInput;
  readonly ticked: ReadonlySet<string>;
  readonly toggle: Toggle;
  readonly done: boolean;
}

function Input({ input, ticked, toggle, done }: InputProps): VNode {
  const { topic, format, topics, live, everyMs, fields } = input;
  const how = everyMs === null ? (live === 0 ? 'stored copies only' : 'one message') : `every ${interval(everyMs)}`;
  return html`<li class="found-input">
    <p class="found-topic">
      <code>${visible(topic)}</code>
      <span class="small quiet">${format}${topics > 1 ? `, ${topics} topics` : ''}, ${how}</span>
    </p>
    <ul>
      ${fields.map((field) => html`<${Field} key=${field.key} ...${{ field, toggle, done }} on=${ticked.has(field.key)} />`)}
    </ul>
  </li>`;
}

interface FieldProps {
  readonly field: FoundField;
  readonly on: boolean;
  readonly toggle: Toggle;
  readonly done: boolean;
}

function Field({ field, on, toggle, done }: FieldProps): VNode {
  const { path, name, unit, counter, last, min, max, watched } = field;
  const text = path === '' ? 'the payload' : visible(path);
  return html`<li class="found-field">
    <label class="check">
      <input
        type="checkbox"
        checked=${on || watched}
        disabled=${watched || !done}
        onChange=${({ currentTarget }: { currentTarget: HTMLInputElement }) => {
          toggle([field], currentTarget.checked);
        }}
      />
      <span>${text}${name === null ? null : html` <span class="small quiet">${visible(name)}</span>`}</span>
    </label>
    <span class="number">${quantity(last, unit)}</span>
    <span class="small quiet found-range">
      ${min === max ? '' : `${number(min)} to ${number(max)}`}${counter === null ? '' : ` counter, per ${counter}`}
      ${watched ? html`<span class="tag">watched</span>` : null}
    </span>
  </li>`;
}

function NotProposed({ rows }: { readonly rows: DiscoverBody['notProposed'] }): VNode | null {
  if (rows.length === 0) return null;
  return html`<details class="small">
    <summary>Numbers that are not proposed</summary>
    <ul class="reasons">
      ${rows.map(
        ({ why, fields, example }) =>
          html`<li key=${why}>
            ${why}: ${fields} <span class="quiet">such as <code>${visible(example)}</code></span>
          </li>`,
      )}
    </ul>
  </details>`;
}
