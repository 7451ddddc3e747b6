import type { VNode } from 'preact';
import type { NowCase } from '../../app/dashboard/contract/now.ts';
import { act } from '../commands.ts';
import { linkTo } from '../page.ts';
import { Fact } from '../parts/fact.ts';
import { duration, number, percent, quantity, time, words } from '../parts/format.ts';
import { html } from '../parts/html.ts';
import { Badge, stateOf } from '../parts/mark.ts';

/** How long the button mutes; `zankyo cmd mute --for` has others. */
const MUTE_FOR = '2h';

/** Mutes a series, or lets it publish alerts again. */
export const switchMute = (series: string, muted: boolean): ReturnType<typeof act> =>
  act(muted ? { command: 'unmute', series } : { command: 'mute', series, for: MUTE_FOR });

/** Kinds of evidence in words. */
const EVIDENCE: Readonly<Partial<Record<string, string>>> = {
  extreme: 'extreme value',
  forecast_error: 'forecast error',
  flatline: 'flat line',
  flatline_exit: 'end of a flat line',
};

/** What the keys and buttons of a case do. */
export const commandsOf = (found: NowCase) => ({
  normal: () => act({ command: 'normal', event: found.id, series: found.series }),
  fault: () => act({ command: 'fault', event: found.id, series: found.series }),
  mute: () => switchMute(found.series, found.muted),
  freeze: () => act({ command: found.frozen ? 'resume' : 'freeze', series: found.stream }),
});

export interface CaseCardProps {
  readonly found: NowCase;
  readonly now: number;
  /** Whether this person may change something. */
  readonly acts: boolean;
}

/** An open episode: the sentence, the numbers behind it, and the answers to it. */
export function CaseCard({ found, now, acts }: CaseCardProps): VNode {
  const { id, series, stream, kind, severity, startAt, confidence, score, heldUntil, answer, evidence } = found;
  const contributions = found.contributions.length > 1 ? found.contributions : [];
  return html`<article
    class="card case case-${stateOf(kind)}"
    data-row
    data-case=${id}
    tabindex="-1"
    aria-label="${series}: ${severity}"
  >
    <header>
      <${Badge} state=${stateOf(kind)} word="${kind === 'process' ? '' : `${kind}, `}${severity}" />
      <a class="case-name" href=${linkTo('stream', series)}>${series}</a>
      ${stream === series ? null : html`<span class="quiet small">in ${stream}</span>`}
      <span class="quiet small case-time"
        >since ${time(startAt, now)}${now > startAt ? `, ${duration(now - startAt)}` : ''}</span
      >
    </header>
    <p class="case-reason">${found.reason}</p>
    <div class="case-facts">
      <${BandBar} found=${found} />
      <dl class="facts">
        <${Fact} name="score">${score === null ? 'beyond measure' : number(score)}</${Fact}>
        ${confidence === null ? null : html`<${Fact} name="confidence">${percent(confidence)}</${Fact}>`}
        <${Fact} name="evidence"><${Shares} of=${evidence.map(([name, share]) => [EVIDENCE[name] ?? words(name), share])} /></${Fact}>
        ${contributions.length === 0 ? null : html`<${Fact} name="series"><${Shares} of=${contributions} /></${Fact}>`}
        ${heldUntil === null ? null : html`<${Fact} name="not learned until">${time(heldUntil, now)}</${Fact}>`}
      </dl>
    </div>
    ${acts ? html`<${Buttons} found=${found} />` : null}
    ${answer === null ? null : html`<p class="small case-answer">You said: <strong>${answer}</strong></p>`}
  </article>`;
}

function Buttons({ found }: { readonly found: NowCase }): VNode {
  const { kind, answer, muted, frozen } = found;
  const commands = commandsOf(found);
  const button = (word: string, key: string, run: () => unknown, pressed: boolean, title: string): VNode =>
    html`<button
      class="button"
      aria-pressed=${pressed}
      aria-keyshortcuts=${key === '' ? undefined : key}
      title=${title}
      onClick=${() => void run()}
    >
      ${word}${key === '' ? null : html` <kbd aria-hidden="true">${key}</kbd>`}
    </button>`;
  return html`<div class="buttons">
    ${kind === 'sensor' ? null : button('Normal', 'n', commands.normal, answer === 'normal', 'No alarm for events like this one from now on')}
    ${button('Fault', 'f', commands.fault, answer === 'fault', 'Events like this one stay alarms, however often they come')}
    ${button(muted ? 'Muted' : 'Mute 2 h', 'm', commands.mute, muted, muted ? 'Publish alerts again' : 'Publish no alert for 2 hours; alarms are still stored')}
    ${button(frozen ? 'Frozen' : 'Freeze', '', commands.freeze, frozen, frozen ? 'Learn again' : 'Learn nothing until you resume; alarms go on')}
  </div>`;
}

function Shares({ of }: { readonly of: readonly (readonly [string, number])[] }): VNode {
  return html`<span class="shares"
    >${of.slice(0, 5).map(
      ([name, share]) =>
        html`<span class="share" key=${name}>
          <svg viewBox="0 0 24 8" aria-hidden="true">
            <rect class="score-ground" width="24" height="8" rx="2" />
            <rect class="share-bar" width=${24 * share} height="8" rx="2" />
          </svg>
          ${name} <span class="quiet">${percent(share)}</span>
        </span>`,
    )}</span
  >`;
}

const WIDTH = 240;
const LEFT = 8;

/** The value at the peak beside the band in which 99 of 100 readings were expected. */
function BandBar({ found }: { readonly found: NowCase }): VNode | null {
  const { value, lower, upper, expected, unit } = found;
  if (value === null || lower === null || upper === null) return null;
  const low = Math.min(value, lower);
  const high = Math.max(value, upper);
  const x = (at: number): number => (high > low ? LEFT + ((WIDTH - 2 * LEFT) * (at - low)) / (high - low) : WIDTH / 2);
  return html`<figure class="band-bar">
    <svg viewBox="0 0 ${WIDTH} 20" aria-hidden="true">
      <path class="band-ground" d="M0 10H${WIDTH}" />
      <rect class="band-band" x=${x(lower)} width=${Math.max(2, x(upper) - x(lower))} y="4" height="12" rx="2" />
      ${expected === null ? null : html`<path class="band-expected" d="M${x(expected)} 4V16" />`}
      <path class="band-value" d="M${x(value)} 3l6 7-6 7-6-7Z" />
    </svg>
    <figcaption class="small">
      <strong>${quantity(value, unit)}</strong>
      <span class="quiet"> at the peak; expected ${number(lower)} to ${quantity(upper, unit)}</span>
    </figcaption>
  </figure>`;
}
