import type { VNode } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type {
  AuditBody,
  AuditRow,
  LogBody,
  LogLine,
  QuarantineBody,
  QuarantinedMessage,
  SystemBody,
} from '../../app/dashboard/contract/system.ts';
import { get, messageOf } from '../api.ts';
import { clockWithSeconds, date } from '../parts/format.ts';
import { html } from '../parts/html.ts';
import { Notice, Waiting } from '../parts/notice.ts';
import { visible } from '../parts/visible.ts';

const EVERY_MS = 3_000;
/** Lines of the log that the page keeps. */
const MAX_LINES = 500;

const at = (time: number): string => `${date(time)} ${clockWithSeconds(time)}`;

interface RejectsProps {
  readonly body: SystemBody;
  readonly chosen: string;
  readonly onChoose: (reason: string) => void;
}

/** How many messages were refused since the start, by reason. */
export function Rejects({ body: { rejected }, chosen, onChoose }: RejectsProps): VNode {
  if (rejected.length === 0) return html`<p class="quiet">No message was refused since the start.</p>`;
  return html`<table class="records">
    <caption class="hidden">
      Refused since the start, by reason
    </caption>
    <thead>
      <tr>
        <th>reason</th>
        <th class="number">since the start</th>
        <th>meaning</th>
      </tr>
    </thead>
    <tbody>
      ${rejected.map(
        ({ reason, count, text, note }) =>
          html`<tr key=${reason}>
            <td data-of="reason">
              <button
                class="button"
                aria-pressed=${reason === chosen}
                onClick=${() => {
                  onChoose(reason === chosen ? '' : reason);
                }}
              >
                ${reason}
              </button>
            </td>
            <td class="number" data-of="since the start">${count.toLocaleString('en')}</td>
            <td data-of="meaning">${text}${note ? html` <span class="tag">reading used</span>` : null}</td>
          </tr>`,
      )}
    </tbody>
  </table>`;
}

interface Pages<T> {
  readonly rows: readonly T[] | null;
  readonly error: string | null;
  /** Null where there are no older rows. */
  readonly more: (() => void) | null;
}

/** A list that comes page by page; the first page is read again while no further one is open. */
function usePages<T>(path: string, body: (json: unknown) => { rows: readonly T[]; next: number | null }): Pages<T> {
  const [state, setState] = useState<{ path: string; rows: readonly T[]; next: number | null } | null>(null);
  const [error, setError] = useState<string | null>(null);
  const opened = useRef(false);
  const read = async (before: string, kept: readonly T[]): Promise<void> => {
    try {
      const { rows, next } = body(await get<unknown>(`${path}${before}`));
      setState({ path, rows: [...kept, ...rows], next });
      setError(null);
    } catch (reason) {
      setError(messageOf(reason));
    }
  };
  useEffect(() => {
    opened.current = false;
    const refresh = (): void => {
      if (!opened.current && !document.hidden) void read('', []);
    };
    refresh();
    const timer = setInterval(refresh, EVERY_MS);
    return () => {
      clearInterval(timer);
    };
  }, [path]);
  const known = state?.path === path ? state : null;
  return {
    rows: known?.rows ?? null,
    error,
    more:
      known?.next == null
        ? null
        : () => {
            opened.current = true;
            void read(`&before=${known.next!}`, known.rows);
          },
  };
}

const More = ({ more }: { readonly more: (() => void) | null }): VNode | null =>
  more === null ? null : html`<p><button class="button" onClick=${more}>Older ones</button></p>`;

interface QuarantineProps {
  readonly reason: string;
  readonly onChoose: (reason: string) => void;
}

/** Stored examples of refused messages. */
export function Quarantine({ reason, onChoose }: QuarantineProps): VNode {
  const { rows, error, more } = usePages<QuarantinedMessage>(
    `quarantine?reason=${reason}`,
    (json) => json as QuarantineBody,
  );
  return html`<section class="record" aria-labelledby="quarantine-title">
    <h2 id="quarantine-title">
      Quarantine${' '}
      ${
        reason === ''
          ? null
          : html`<button
              class="button"
              onClick=${() => {
                onChoose('');
              }}
            >
              only ${reason} ×
            </button>`
      }
    </h2>
    <p class="small quiet">
      The newest refused messages, each with the beginning of its payload. Retained copies, repetitions and floods are
      counted only.
    </p>
    ${
      rows === null || rows.length === 0
        ? html`<${Nothing} rows=${rows} error=${error} title="No refused message is stored" />`
        : html`<table class="records">
              <thead>
                <tr>
                  <th>time</th>
                  <th>topic</th>
                  <th>reason</th>
                  <th>payload</th>
                </tr>
              </thead>
              <tbody>
                ${rows.map(
                  ({ id, at: time, topic, reason: why, text, payload, form, cut }) =>
                    html`<tr key=${id}>
                      <td data-of="time" class="when">${at(time)}</td>
                      <td data-of="topic"><code>${visible(topic)}</code></td>
                      <td data-of="reason"><span title=${text}>${why}</span></td>
                      <td data-of="payload">
                        <code class="payload">${payload === '' ? '' : visible(payload)}</code>${cut ? '…' : ''}
                        ${payload === '' ? html`<span class="quiet">empty</span>` : null}
                        ${form === 'hex' ? html` <span class="tag">hexadecimal</span>` : null}
                      </td>
                    </tr>`,
                )}
              </tbody>
            </table>
            <${More} more=${more} />`
    }
  </section>`;
}

const Nothing = ({
  rows,
  error,
  title,
}: {
  readonly rows: readonly unknown[] | null;
  readonly error: string | null;
  readonly title: string;
}): VNode =>
  error !== null || rows === null
    ? html`<${Waiting} error=${error} title="This list could not be loaded" />`
    : html`<${Notice} kind="empty" title=${title} />`;

const SOURCES: Readonly<Record<string, string>> = {
  cli: 'command line',
  mqtt: 'MQTT',
  dashboard: 'dashboard',
  notify: 'notification',
};

/** The commands of operators: who, when, what, and the result. */
export function AuditTable(): VNode {
  const { rows, error, more } = usePages<AuditRow>('audit?', (json) => json as AuditBody);
  return html`<section class="record" aria-label="Commands">
    <p class="small quiet">Who: the name that the sender gives. The broker and the log-in decide who may send.</p>
    ${
      rows === null || rows.length === 0
        ? html`<${Nothing} rows=${rows} error=${error} title="No command was sent yet" />`
        : html`<table class="records">
              <thead>
                <tr>
                  <th>time</th>
                  <th>who</th>
                  <th>command</th>
                  <th>result</th>
                </tr>
              </thead>
              <tbody>
                ${rows.map((row) => html`<${Command} key=${row.n} row=${row} />`)}
              </tbody>
            </table>
            <${More} more=${more} />`
    }
  </section>`;
}

function Command({ row }: { readonly row: AuditRow }): VNode {
  const { at: time, source, by, command, series, details, note, status, code, text, undoneBy } = row;
  return html`<tr>
    <td data-of="time" class="when">${at(time)}</td>
    <td data-of="who">
      ${by ?? html`<span class="quiet">not said</span>`} <span class="small quiet">${SOURCES[source] ?? source}</span>
    </td>
    <td data-of="command">
      <strong>${command ?? 'not readable'}</strong> ${series}
      ${details === '' ? null : html` <span class="small quiet">${details}</span>`}
      ${note === null ? null : html`<span class="small"> “${visible(note)}”</span>`}
    </td>
    <td data-of="result">
      ${status === 'refused' ? html`<span class="error">refused${code === null ? '' : ` (${code})`}:</span> ` : null}${text}
      ${undoneBy === null ? null : html` <span class="tag">taken back</span>`}
    </td>
  </tr>`;
}

/** The last lines of the log, the newest below. */
export function LogTail(): VNode {
  const [lines, setLines] = useState<readonly LogLine[] | null>(null);
  const [error, setError] = useState<string | null>(null);
  const [onlyBad, setOnlyBad] = useState(false);
  const [follows, setFollows] = useState(true);
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    let last = 0;
    const read = async (): Promise<void> => {
      if (document.hidden) return;
      try {
        const { lines: fresh } = await get<LogBody>(`log?after=${last}`);
        last = fresh.at(-1)?.n ?? last;
        setLines((known) => [...(known ?? []), ...fresh].slice(-MAX_LINES));
        setError(null);
      } catch (reason) {
        setError(messageOf(reason));
      }
    };
    void read();
    const timer = setInterval(() => void read(), EVERY_MS);
    return () => {
      clearInterval(timer);
    };
  }, []);
  useEffect(() => {
    if (follows) place.current?.scrollTo({ top: place.current.scrollHeight });
  }, [lines, onlyBad, follows]);
  const shown = (lines ?? []).filter(({ level }) => !onlyBad || level !== 'info');
  const toggle = (set: (on: boolean) => void) => (event: { currentTarget: HTMLInputElement }) => {
    set(event.currentTarget.checked);
  };
  return html`<section class="record" aria-label="Log">
    <div class="filters">
      <label class="check"
        ><input type="checkbox" checked=${onlyBad} onChange=${toggle(setOnlyBad)} />warnings and errors only</label
      >
      <label class="check"><input type="checkbox" checked=${follows} onChange=${toggle(setFollows)} />follow</label>
    </div>
    ${
      shown.length === 0
        ? html`<${Nothing} rows=${lines} error=${error} title="No line" />`
        : html`<div class="card log" ref=${place} tabindex="0" role="log" aria-label="Lines of the log">
            ${shown.map(
              ({ n, at: time, level, message, fields }) =>
                html`<p key=${n} class="log-line log-${level}">
                  <time class="quiet">${at(time)}</time> <span class="log-level">${level}</span> ${visible(message)}
                  ${fields === '{}' ? null : html` <span class="quiet">${visible(fields)}</span>`}
                </p>`,
            )}
          </div>`
    }
  </section>`;
}
