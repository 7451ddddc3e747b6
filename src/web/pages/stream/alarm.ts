import type { VNode } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { Share } from '../../../app/dashboard/contract/alarm.ts';
import type { AlarmBody } from '../../../app/dashboard/contract/stream.ts';
import { useJson } from '../../api.ts';
import { act } from '../../commands.ts';
import { linkTo } from '../../page.ts';
import { Fact } from '../../parts/fact.ts';
import { duration, percent, quantity, time, words } from '../../parts/format.ts';
import { html } from '../../parts/html.ts';
import { Badge, stateOf } from '../../parts/mark.ts';
import { Waiting } from '../../parts/notice.ts';

const Shares = ({
  title,
  shares,
  named,
}: {
  title: string;
  shares: readonly Share[];
  named?: boolean;
}): VNode | null =>
  shares.length === 0
    ? null
    : html`<div class="alarm-shares">
        <h3>${title}</h3>
        <dl>
          ${shares.slice(0, 6).map(
            ({ name, share }) =>
              html`<div key=${name}>
                <dt>${named === true ? name : words(name)}</dt>
                <dd>
                  <meter min="0" max="1" value=${share} aria-label="${named === true ? name : words(name)}"></meter>
                  <span class="number">${percent(share)}</span>
                </dd>
              </div>`,
          )}
        </dl>
      </div>`;

interface AlarmProps {
  readonly series: string;
  readonly id: string;
  readonly now: number;
  readonly operator: boolean;
  readonly onDone: () => void;
  readonly onShow: (alarm: AlarmBody) => void;
  readonly onClose: () => void;
}

const VERDICTS = { fault: 'a fault', normal: 'normal' } as const;

/** One alarm: its sentence, why it came, and the answers to it. */
export function AlarmCard({ series, id, now, operator, onDone, onShow, onClose }: AlarmProps): VNode {
  const { data, error, reload } = useJson<AlarmBody>(
    `series/${encodeURIComponent(series)}/alarms/${encodeURIComponent(id)}`,
  );
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    heading.current?.focus();
  }, [data?.id]);
  if (data === null)
    return html`<section class="card alarm-card">
      <${Waiting} error=${error} title="This alarm could not be loaded" />
    </section>`;
  const answer = (command: 'normal' | 'fault') => (): void => {
    void act({ command, series: data.series, event: id }).then(() => {
      reload();
      onDone();
    });
  };
  const { startAt, openedAt, peakAt, endAt, unit, value, expected, lower, upper, score, confidence, incident } = data;
  const facts: readonly (readonly [string, string])[] = [
    ['began', time(startAt, now)],
    ['alarm', time(openedAt, now)],
    ['peak', `${time(peakAt, now)}, score ${score === null ? 'infinite' : score.toFixed(2)}`],
    [
      'ended',
      endAt === null
        ? `not yet, after ${duration(now - startAt)}`
        : `${time(endAt, now)}, after ${duration(endAt - startAt)}`,
    ],
    ['value at the peak', quantity(value, unit)],
    [
      'expected',
      expected === null ? '–' : `${quantity(expected, unit)} (${quantity(lower, unit)} to ${quantity(upper, unit)})`,
    ],
    ['confidence', confidence === null ? '–' : percent(confidence)],
  ];
  return html`<section class="card alarm-card" aria-labelledby="alarm-title">
    <header>
      <${Badge} state=${stateOf(data.kind)} />
      <h2 id="alarm-title" tabindex="-1" ref=${heading}>${data.reason}</h2>
      <button class="button icon" aria-label="Close this alarm" onClick=${onClose}>×</button>
    </header>
    <div class="alarm-why">
      <${Shares} title="Evidence" shares=${data.evidence} />
      <${Shares} title="Series" shares=${data.contributions} named />
      <dl class="alarm-facts">
        ${facts.map(([name, text]) => html`<${Fact} key=${name} name=${name}>${text}</${Fact}>`)}
      </dl>
    </div>
    <footer>
      ${
        operator
          ? html`<button class="button" onClick=${answer('normal')}>Normal</button>
              <button class="button" onClick=${answer('fault')}>Fault</button>`
          : null
      }
      <button
        class="button"
        onClick=${() => {
          onShow(data);
        }}
      >
        Show on the chart
      </button>
      ${incident === null ? null : html`<a href=${linkTo('incidents', incident)}>Incident</a>`}
      ${data.verdict === null ? null : html`<span class="quiet small">You said: ${VERDICTS[data.verdict]}.</span>`}
    </footer>
  </section>`;
}
