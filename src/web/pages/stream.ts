import type { VNode } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { AlarmBody, StreamEvent } from '../../app/dashboard/contract/stream.ts';
import { useLive } from '../api.ts';
import { useKeys } from '../keys.ts';
import { linkTo, type PageProps } from '../page.ts';
import { count, duration, time } from '../parts/format.ts';
import { html } from '../parts/html.ts';
import { Badge, stateOf } from '../parts/mark.ts';
import { Notice } from '../parts/notice.ts';
import { AlarmCard } from './stream/alarm.ts';
import { Aside, Legend } from './stream/aside.ts';
import { follow } from './stream/follow.ts';
import { StreamModel } from './stream/model.ts';
import { Selection } from './stream/selection.ts';
import { Table } from './stream/table.ts';
import { pan, spanOf, zoom, type View } from './stream/view.ts';
import { summaryOf } from './stream/words.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const RANGES: readonly { readonly name: string; readonly span: number | null; readonly key: string }[] = [
  { name: '1 h', span: HOUR, key: '1' },
  { name: '1 day', span: DAY, key: '2' },
  { name: '1 week', span: 7 * DAY, key: '3' },
  { name: 'all', span: null, key: '4' },
];
/** Buttons that move the view or change its length. */
const STEPS: readonly {
  readonly name: string;
  readonly key: string;
  readonly sign: string;
  readonly of: (view: View) => View;
}[] = [
  { name: 'Earlier', key: '←', sign: '‹', of: (view) => pan(view, -0.5) },
  { name: 'Later', key: '→', sign: '›', of: (view) => pan(view, 0.5) },
  { name: 'Closer', key: '+', sign: '+', of: (view) => zoom(view, 0.5, middleOf(view)) },
  { name: 'Wider', key: '−', sign: '−', of: (view) => zoom(view, 2, middleOf(view)) },
];
const LISTED = 8;

export function StreamPage(props: PageProps): VNode {
  if (props.argument === '')
    return html`<h1>Stream</h1>
      <${Notice} kind="empty" title="No series is chosen"><a href=${linkTo('')}>Choose one on the first page.</a></${Notice}>`;
  return html`<${Stream} key=${props.argument} ...${props} />`;
}

function Stream({ argument: series, session, now }: PageProps): VNode {
  const [, rested] = useState(0);
  const model = useMemo(
    () =>
      new StreamModel(series, now, () => {
        rested((n) => n + 1);
      }),
    [],
  );
  const [selecting, setSelecting] = useState(false);
  const latest = useRef(selecting);
  latest.current = selecting;
  const place = useRef<HTMLDivElement>(null);
  const readout = useRef<HTMLParagraphElement>(null);
  useLive<StreamEvent>(`stream:${series}`, (event) => {
    model.take(event);
  });
  useEffect(() => {
    model.tick(now);
  }, [now]);
  useEffect(() => follow(model, place.current!, readout.current!, () => latest.current), []);
  useKeys(
    keysOf(model, () => {
      setSelecting((on) => !on);
    }),
  );

  const { body, error, picked, selection } = model;
  const operator = session.role === 'operator';
  const alarms = model.alarmsIn(model.view);
  return html`
    <div class="stream-head">
      <div>
        <h1>${body?.label ?? series}</h1>
        ${body?.label == null ? null : html`<p class="quiet small">${series}</p>`}
      </div>
      <nav aria-label="Stream">
        <a href=${linkTo('learning', body?.stream ?? series)}>What the network learns</a>
      </nav>
    </div>
    ${
      error === null
        ? html`<p class="summary" data-testid="summary">${summaryOf(model)}</p>`
        : html`<${Notice} kind="error" title="The history could not be read">${error}</${Notice}>`
    }
    <div class="toolbar" role="toolbar" aria-label="Time">
      ${RANGES.map(
        ({ name, span, key }) =>
          html`<button
            class="button"
            key=${name}
            title="The last ${name} (${key})"
            aria-pressed=${isRange(model, span)}
            onClick=${() => {
              model.last(span);
            }}
          >
            ${name}
          </button>`,
      )}
      <span class="apart"></span>
      ${STEPS.map(
        ({ name, key, sign, of }) =>
          html`<button
            class="button"
            key=${name}
            aria-label=${name}
            title="${name} (${key})"
            onClick=${() => {
              model.move(of(model.view));
            }}
          >
            ${sign}
          </button>`,
      )}
      <span class="apart"></span>
      <button
        class="button"
        aria-pressed=${selecting}
        title="Drag to select a span (s)"
        onClick=${() => {
          setSelecting(!selecting);
        }}
      >
        Select a span
      </button>
      <span class="quiet small live-word">${model.live ? '● live' : `until ${time(model.view.until, model.now)}`}</span>
    </div>
    <${Selection}
      model=${model}
      selection=${selection}
      operator=${operator}
      onDone=${() => {
        setSelecting(false);
      }}
    />
    <div class="framed">
      <p class="readout small quiet" ref=${readout} aria-hidden="true"></p>
      <div
        class="timeline ${selecting ? 'selects' : ''}"
        ref=${place}
        tabindex="0"
        role="application"
        aria-label="Chart of ${series} over time. Arrow keys move, plus and minus zoom, 1 to 4 choose a range, Shift with arrow keys selects. The sentence above and the table below say the same."
      ></div>
    </div>
    <${Legend} body=${body} />
    ${body !== null && !body.kept ? html`<p class="strip">No history is kept: history.enabled is false in the site file. The chart begins now.</p>` : null}
    ${
      picked === null
        ? null
        : html`<${AlarmCard}
            key=${picked}
            series=${series}
            id=${picked}
            now=${model.now}
            operator=${operator}
            onDone=${() => {
              model.reload();
            }}
            onShow=${(alarm: AlarmBody) => {
              show(model, alarm);
            }}
            onClose=${() => {
              model.pick(null);
            }}
          />`
    }
    <div class="stream-below">
      <section aria-labelledby="alarms-title">
        <h2 id="alarms-title">${count(alarms.length, 'alarm')} in this time</h2>
        ${
          alarms.length === 0
            ? html`<p class="quiet">None. An event becomes an alarm when its score is above 1.</p>`
            : html`<ul class="alarm-list">
                  ${alarms.slice(0, LISTED).map(
                    (alarm) =>
                      html`<li key=${alarm.id}>
                        <button
                          data-row
                          aria-pressed=${picked === alarm.id}
                          onClick=${() => {
                            model.pick(alarm.id);
                          }}
                        >
                          <${Badge} state=${stateOf(alarm.kind)} />
                          <span class="quiet small"
                            >${time(alarm.from, model.now)}${alarm.until === null ? ', open' : `, ${duration(alarm.until - alarm.from)}`}</span
                          >
                          <span>${alarm.reason}</span>
                        </button>
                      </li>`,
                  )}
                </ul>
                ${alarms.length > LISTED ? html`<p class="quiet small">and ${alarms.length - LISTED} older ones: zoom in to see them.</p>` : null}`
        }
      </section>
      <${Aside} model=${model} />
    </div>
    <${Table} series=${series} view=${model.view} unit=${body?.unit ?? ''} />
  `;
}

const middleOf = ({ from, until }: View): number => (from + until) / 2;

function keysOf(model: StreamModel, toggle: () => void): Parameters<typeof useKeys>[0] {
  const step =
    (share: number) =>
    (event: KeyboardEvent): void => {
      if (document.activeElement?.classList.contains('timeline') !== true && document.activeElement !== document.body)
        return;
      event.preventDefault();
      if (event.shiftKey) extend(model, share / 5);
      else model.move(pan(model.view, share));
    };
  const closer = (factor: number) => (): void => {
    model.move(zoom(model.view, factor, middleOf(model.view)));
  };
  return {
    ArrowLeft: step(-0.1),
    ArrowRight: step(0.1),
    '+': closer(1 / 1.5),
    '-': closer(1.5),
    s: toggle,
    Escape: () => {
      model.select(null);
    },
    ...Object.fromEntries(
      RANGES.map(({ key, span }) => [
        key,
        () => {
          model.last(span);
        },
      ]),
    ),
  };
}

/** Selects from the middle of the chart on, and moves the end of the selection. */
function extend(model: StreamModel, share: number): void {
  const begin = model.selection ?? { from: middleOf(model.view), until: middleOf(model.view) };
  const until = begin.until + share * spanOf(model.view);
  model.select({ from: Math.min(begin.from, until), until: Math.max(begin.from, until) });
}

const isRange = (model: StreamModel, span: number | null): boolean =>
  model.live &&
  (span === null ? model.view.from <= model.oldest : Math.abs(model.now - model.view.from - span) < 10_000);

function show(model: StreamModel, { startAt, endAt }: AlarmBody): void {
  const length = Math.max(20 * 60_000, (endAt ?? model.now) - startAt);
  model.move({ from: startAt - length, until: startAt + 2 * length });
  model.timeline?.lanes.canvas.scrollIntoView({ block: 'center' });
}
