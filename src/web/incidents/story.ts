import type { VNode } from 'preact';
import type { Share } from '../../app/dashboard/contract/alarm.ts';
import type { IncidentStory, StoryAlarm } from '../../app/dashboard/contract/incidents.ts';
import { useEffect, useRef } from 'preact/hooks';
import { useFresh } from '../parts/kept.ts';
import { act } from '../commands.ts';
import { linkTo } from '../page.ts';
import { Fact } from '../parts/fact.ts';
import { clockWithSeconds, count, day, duration, number, percent, quantity, words } from '../parts/format.ts';
import { html } from '../parts/html.ts';
import { stateOf, wordOf } from '../parts/mark.ts';
import { Waiting } from '../parts/notice.ts';
import { SeverityBadge } from '../parts/severity.ts';

const EVERY_MS = 10_000;
/** Height of the head of the page and of the line above the story, px. */
const HEAD = 120;

export interface StoryProps {
  readonly id: string;
  /** Whether commands may be sent. */
  readonly operator: boolean;
  /** Changes with the alarms of the site and with answers: then the story is read again. */
  readonly turn: string;
}

/** One incident: its alarms in the order in which they went. */
export function Story({ id, operator, turn }: StoryProps): VNode {
  const place = useRef<HTMLElement>(null);
  const {
    data: read,
    error,
    reload,
  } = useFresh<IncidentStory>(`incidents/${encodeURIComponent(id)}?turn=${encodeURIComponent(turn)}`, EVERY_MS);
  const data = read?.id === id ? read : null;
  const loaded = data !== null;
  useEffect(() => {
    // Below the lanes it may be out of sight.
    const top = place.current?.getBoundingClientRect().top ?? 0;
    if (loaded && top > innerHeight / 2) scrollBy({ top: top - HEAD });
  }, [id, loaded]);
  if (data === null) return html`<${Waiting} error=${error} title="This incident cannot be shown" />`;
  const { alarms, alarmsBeyond, startAt, endAt, now, severity } = data;
  const series = new Set(alarms.map((alarm) => alarm.series)).size;
  const until = endAt ?? now;
  return html`<article class="story" ref=${place} aria-labelledby="story-title">
    <header>
      <h2 id="story-title">
        ${day(startAt)} ${clockWithSeconds(startAt)}
        <span class="quiet after">
          ${endAt === null ? `open for ${duration(now - startAt)}` : `for ${duration(endAt - startAt)}`}</span
        >
      </h2>
      <p class="story-facts small">
        <${SeverityBadge} severity=${severity} />
        <span
          >${count(alarms.length + alarmsBeyond, 'alarm')} in ${series === 1 ? 'one series' : `${series} series`}</span
        >
      </p>
    </header>
    <ol>
      ${alarms.map(
        (alarm) =>
          html`<${Alarm}
            key=${alarm.id}
            ...${{ alarm, operator, span: [startAt, until], alone: alarms.length === 1 }}
            onAnswered=${reload}
          />`,
      )}
    </ol>
    ${alarmsBeyond > 0 ? html`<p class="small quiet">${count(alarmsBeyond, 'later alarm')} of this incident are not shown.</p>` : null}
  </article>`;
}

interface AlarmProps {
  readonly alarm: StoryAlarm;
  readonly operator: boolean;
  readonly span: readonly [number, number];
  readonly alone: boolean;
  readonly onAnswered: () => void;
}

const ENDED = {
  calm: 'the score was low again',
  accepted: 'accepted by the operator',
  reset: 'ended by a reset',
  forgotten: 'an earlier state was restored',
  removed: 'its series left the group',
} as const;
const VERDICTS = { fault: 'confirmed fault', normal: 'false alarm' } as const;

function Alarm({ alarm, operator, span, alone, onAnswered }: AlarmProps): VNode {
  const { id, series, stream, label, kind, severity, startAt, endAt, reason, verdict } = alarm;
  const [from, until] = span;
  const answer = (command: 'normal' | 'fault') => () => {
    void act({ command, series, event: id }).then((reply) => {
      if (reply?.status === 'done') onAnswered();
    });
  };
  return html`<li class="alarm" tabindex="0" data-row data-alarm=${id} data-series=${series}>
    <p class="alarm-time small">
      <time title="Begin of the deviation">${clockWithSeconds(startAt)}</time>
      ${alone || startAt === from ? null : html`<span class="quiet">+${duration(startAt - from)}</span>`}
    </p>
    <div class="alarm-body">
      <p class="alarm-head">
        <a href=${linkTo('stream', stream)}>${label ?? series}</a>
        <${SeverityBadge} severity=${severity} />
        ${kind === 'process' ? null : html`<span class="tag">${wordOf(stateOf(kind))}</span>`}
        ${verdict === null ? null : html`<span class="tag">${VERDICTS[verdict]}</span>`}
      </p>
      <p>${reason}</p>
      ${alone ? null : html`<${Span} from=${startAt} until=${endAt} within=${[from, until]} severity=${severity} />`}
      <${Figures} alarm=${alarm} />
      <p class="small quiet">${courseOf(alarm)}</p>
      ${
        operator && kind !== 'sensor'
          ? html`<p class="actions">
              <button class="button" aria-pressed=${verdict === 'normal'} onClick=${answer('normal')}>Normal</button>
              <button class="button" aria-pressed=${verdict === 'fault'} onClick=${answer('fault')}>Fault</button>
            </p>`
          : null
      }
    </div>
  </li>`;
}

/** When it became an alarm, and when and why it ended. */
function courseOf({ startAt, openedAt, endAt, endedBy }: StoryAlarm): string {
  const late = openedAt - startAt >= 1000 ? `, ${duration(openedAt - startAt)} after the begin` : '';
  const over = endAt === null ? 'open' : `over after ${duration(endAt - startAt)}`;
  return `Alarm at ${clockWithSeconds(openedAt)}${late}; ${over}${endedBy === null ? '' : `: ${ENDED[endedBy]}`}.`;
}

interface SpanProps {
  readonly from: number;
  readonly until: number | null;
  readonly within: readonly [number, number];
  readonly severity: StoryAlarm['severity'];
}

/** When the alarm was, within the time of the incident. The times stand beside it. */
function Span({ from, until, within: [first, last], severity }: SpanProps): VNode {
  const x = (at: number): number => (100 * (at - first)) / Math.max(1, last - first);
  const left = Math.min(99, x(from));
  const width = Math.max(1, Math.min(100, x(until ?? last)) - left);
  return html`<svg class="span of-${severity}" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
    <path class="grid" d="M0 3H100" />
    <rect x=${left} y="0" width=${width} height="6" />
  </svg>`;
}

function Figures({ alarm }: { readonly alarm: StoryAlarm }): VNode {
  const { value, expected, lower, upper, unit, score, confidence, evidence, contributions } = alarm;
  const range = lower === null || upper === null ? '' : ` (${number(lower)} to ${number(upper)})`;
  return html`<dl class="figures small">
    ${value === null ? null : html`<${Fact} name="value">${quantity(value, unit)}</${Fact}>`}
    ${expected === null ? null : html`<${Fact} name="expected">${quantity(expected, unit)}${range}</${Fact}>`}
    <${Fact} name="score">${score === null ? 'infinite' : number(score)}</${Fact}>
    ${confidence === null ? null : html`<${Fact} name="confidence">${percent(confidence)}</${Fact}>`}
    ${evidence.length === 0 ? null : html`<${Fact} name="evidence">${sharesText(evidence, words)}</${Fact}>`}
    ${contributions.length < 2 ? null : html`<${Fact} name="series">${sharesText(contributions)}</${Fact}>`}
  </dl>`;
}

/** `jump 75 %, level 25 %`; shares that round to nothing are left out. Names of series stay as they are. */
const sharesText = (shares: readonly Share[], nameOf = (name: string): string => name): string =>
  shares
    .filter(({ share }, i) => i === 0 || share >= 0.005)
    .map(({ name, share }) => `${nameOf(name)}${shares.length === 1 ? '' : ` ${percent(share)}`}`)
    .join(', ');
