import { difference } from '../blocks.ts';
import { cellLabel, CELL_NAMES, learnerLabel, LEARNER_NAMES, type LearnerName } from '../contenders.ts';
import type { ContenderResult } from '../run-contender.ts';
import { html, type Content, type Markup } from './markup.ts';
import { percent, scale, short, ticks } from './scale.ts';

/** Minimum length of an axis of nats, so that small differences look small. */
const LEAST_NATS = 0.1;

/** The gain of each network over the baseline in nats per reading, with twice the standard error. */
export function gainChart([baseline, ...networks]: readonly ContenderResult[]): Markup {
  const gains = networks.map((result) => ({ result, ...difference(baseline.losses, result.losses) }));
  const ends = gains.flatMap(({ mean, error }) =>
    Number.isFinite(error) ? [mean - 2 * error, mean + 2 * error] : [mean],
  );
  const high = Math.max(LEAST_NATS, ...ends.filter((x) => !Number.isNaN(x)));
  // A network that has diverged must not compress the range of all others.
  const low = Math.max(-high, Math.min(0, ...ends.filter((x) => !Number.isNaN(x))));
  const x = scale(low, high, 0, 1);
  const zero = html`<span class="zero" style="left:${percent(x(0))}"></span>`;
  const rows = gains.map(({ result, mean, error }) => {
    const bar = { left: x(Math.min(0, mean)), right: x(Math.max(0, mean)) };
    const sure = Number.isFinite(error) ? { left: x(mean - 2 * error), right: x(mean + 2 * error) } : null;
    const tint = `c-${result.contender.cell ?? 'none'}`;
    return html`<span>${result.contender.label}</span
      ><span class="track ${tint}"
        ><span class="bar" style="left:${percent(bar.left)};width:${percent(bar.right - bar.left)}"></span>${
          sure === null
            ? null
            : html`<span
                class="error"
                style="left:${percent(sure.left)};width:${percent(sure.right - sure.left)}"
              ></span>`
        }${zero}</span
      ><span class="value">${result.loss.toFixed(3)}</span>`;
  });
  const marks = ticks(low, high, 5).map(
    (v) => html`<span style="left:${percent(x(v))}">${v > 0 ? '+' : ''}${short(v)}</span>`,
  );
  return html`<figure>
    <div class="gains">
      <span>baseline</span><span class="track">${zero}</span><span class="value">${baseline.loss.toFixed(3)}</span>
      ${rows}
      <span></span><span class="ends">${marks}</span><span></span>
    </div>
    <figcaption>
      Nats a reading by which each contender is better than the baseline (the line); the thin stroke is twice the
      standard error. On the right is the log-loss.
    </figcaption>
  </figure>`;
}

const BOX = { width: 460, height: 330, left: 48, right: 14, top: 14, bottom: 40 };

/** Offsets of names below and above their marks, so that neighbours do not overlap. */
const NAME_OFFSETS = [21, 21, -12] as const;

/** A mark for each learner, about (x, y). */
const MARKS: Readonly<Record<LearnerName, (x: number, y: number) => string>> = {
  tbptt: (x, y) => `M${x - 5} ${y}a5 5 0 1 0 10 0a5 5 0 1 0 -10 0Z`,
  rtrl: (x, y) => `M${x} ${y - 6.5}L${x + 6} ${y + 4.5}H${x - 6}Z`,
  snap1: (x, y) => `M${x - 4.6} ${y - 4.6}h9.2v9.2h-9.2Z`,
};

/** CPU time of a reading against its log-loss; the baseline, the best and the advised contender are `named`. */
export function costChart(results: readonly ContenderResult[], named: readonly ContenderResult[]): Markup {
  const shown = results.filter(({ loss, microseconds }) => !Number.isNaN(loss) && microseconds > 0);
  const costs = shown.map(({ microseconds }) => Math.log10(microseconds));
  const losses = shown.map(({ loss }) => loss);
  const air = Math.max(LEAST_NATS, Math.max(...losses) - Math.min(...losses)) * 0.15;
  const [low, high] = [Math.min(...losses) - air, Math.max(...losses) + air];
  const [from, to] = [Math.min(...costs) - 0.12, Math.max(...costs) + 0.2];
  const { width, height, left, right, top, bottom } = BOX;
  const x = scale(from, to, left, width - right);
  const y = scale(low, high, height - bottom, top);
  const round = (v: number): number => Math.round(10 * v) / 10;
  const grid = ticks(low, high, 6).map(
    (v) =>
      html`<path class="grid" d="M${left} ${round(y(v))}H${width - right}" /><text
          x="${left - 8}"
          y="${round(y(v) + 4)}"
          text-anchor="end"
          >${short(v)}</text
        >`,
  );
  const times = costTicks(from, to).map(
    (v) =>
      html`<path class="grid" d="M${round(x(Math.log10(v)))} ${top}V${height - bottom}" /><text
          x="${round(x(Math.log10(v)))}"
          y="${height - bottom + 17}"
          text-anchor="middle"
          >${short(v)}</text
        >`,
  );
  const names: Content[] = [];
  const marks = shown.map((result) => {
    const { contender, loss, microseconds } = result;
    const [px, py] = [round(x(Math.log10(microseconds))), round(y(loss))];
    const mark =
      contender.learner === null
        ? `M${px - 7} ${py}H${px + 7}M${px} ${py - 7}V${py + 7}`
        : MARKS[contender.learner](px, py);
    const title = `${contender.label}: ${loss.toFixed(3)} nats, ${microseconds.toFixed(1)} µs`;
    const at = named.indexOf(result);
    const anchor = px > width * 0.75 ? 'end' : px < width * 0.25 ? 'start' : 'middle';
    if (at >= 0)
      names.push(
        html`<text class="name" x="${px}" y="${py + NAME_OFFSETS[at % NAME_OFFSETS.length]}" text-anchor="${anchor}"
          >${contender.label}</text
        >`,
      );
    const paint = contender.learner === null ? html`class="line"` : html`fill="currentColor" fill-opacity="0.85"`;
    return html`<g class="c-${contender.cell ?? 'none'}"><title>${title}</title><path d="${mark}" ${paint} /></g>`;
  });
  const there = (of: (result: ContenderResult) => unknown, what: unknown): boolean =>
    shown.some((result) => of(result) === what);
  const cells = CELL_NAMES.filter((cell) => there(({ contender }) => contender.cell, cell)).map(
    (cell) => html`<li class="c-${cell}"><i></i>${cellLabel(cell)}</li>`,
  );
  const learners = LEARNER_NAMES.filter((learner) => there(({ contender }) => contender.learner, learner)).map(
    (learner) =>
      html`<li>
        <svg
          style="display:inline;width:0.9em;height:0.9em;vertical-align:-0.1em"
          viewBox="0 0 14 14"
          aria-hidden="true"
        >
          <path d="${MARKS[learner](7, 7)}" fill="currentColor" />
        </svg>
        ${learnerLabel(learner)}
      </li>`,
  );
  return html`<figure>
    <svg viewBox="0 0 ${width} ${height}" role="img" aria-label="Cost against log-loss">
      ${grid}${times}
      <text x="${(left + width - right) / 2}" y="${height - 6}" text-anchor="middle">
        µs a reading, each step the same factor
      </text>
      ${marks}${names}
    </svg>
    <ul class="legend">
      ${cells}${learners}
    </ul>
    <figcaption>Log-loss, upward, against cost: the best stand to the lower left. + is the baseline.</figcaption>
  </figure>`;
}

/** The numbers 1, 2, 5, 10, ... between 10^from and 10^to. */
function costTicks(from: number, to: number): readonly number[] {
  const all: number[] = [];
  for (let power = Math.floor(from); power <= to; power++) for (const each of [1, 2, 5]) all.push(each * 10 ** power);
  return all.filter((v) => Math.log10(v) >= from && Math.log10(v) <= to);
}
