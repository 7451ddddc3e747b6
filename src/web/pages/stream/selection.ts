import type { VNode } from 'preact';
import { act } from '../../commands.ts';
import { clock, date, duration, time } from '../../parts/format.ts';
import { html } from '../../parts/html.ts';
import type { StreamModel } from './model.ts';
import type { View } from './view.ts';

/** What can be said of a selected span. */
export function Selection({
  model,
  selection,
  operator,
  onDone,
}: {
  readonly model: StreamModel;
  readonly selection: View | null;
  readonly operator: boolean;
  readonly onDone: () => void;
}): VNode | null {
  if (selection === null) return null;
  const { from, until } = selection;
  const { series } = model.body!;
  const alarms = model.alarmsIn(selection);
  const done = (): void => {
    model.select(null);
    model.reload();
    onDone();
  };
  // The page draws a moment after a drag has ended: a quick click means the span as it is by then.
  const current = (): View => model.selection ?? selection;
  const missed = async (): Promise<void> => {
    const { from, until } = current();
    const times = { from: new Date(Math.round(from)).toISOString(), until: new Date(Math.round(until)).toISOString() };
    await act({ command: 'missed', series, ...times });
    done();
  };
  const normal = async (): Promise<void> => {
    for (const alarm of model.alarmsIn(current()))
      await act({ command: 'normal', series: alarm.series, event: alarm.id });
    done();
  };
  return html`<div class="card selection" role="group" aria-label="Selected span">
    <p>
      <strong>${time(from, model.now)} to ${date(from) === date(until) ? clock(until) : time(until, model.now)}</strong>
      <span class="quiet">${duration(until - from)}</span>
    </p>
    ${
      operator
        ? html`<button class="button primary" onClick=${() => void missed()}>Missed fault</button>
            <button
              class="button"
              disabled=${alarms.length === 0}
              title=${alarms.length === 0 ? 'No alarm is in this span' : ''}
              onClick=${() => void normal()}
            >
              ${alarms.length > 1 ? `These ${alarms.length} alarms are normal` : 'This alarm is normal'}
            </button>`
        : null
    }
    <button
      class="button"
      onClick=${() => {
        model.move(selection);
      }}
    >
      Zoom in
    </button>
    <button
      class="button"
      onClick=${() => {
        model.select(null);
      }}
    >
      Clear
    </button>
  </div>`;
}
