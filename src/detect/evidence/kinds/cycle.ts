import { log10 } from '../../../math/elementary.ts';
import type { Pieces } from '../../../math/memory.ts';
import { CONSTANTS } from '../../constants.ts';
import type { DwellStates } from '../dwell/dwell-states.ts';
import { DwellTails } from '../dwell/dwell-times.ts';
import { NOT_APPLICABLE, type Evidence, type Kind, type SeriesReading } from '../kind.ts';
import { DIRECTIONS, DROP, RISE, Strokes } from '../dwell/strokes.ts';
import { UnusualTurn, type TurnSentence } from '../dwell/unusual-turn.ts';

/** The subject of a sentence: times of a drop or of a rise, or the level from which it begins. */
const LATE = 0;
const EARLY = 1;
const LEVEL = 2;

/**
 * Sentences. `detail` is the time since the last drop or rise, or between the last two, ms, and `usual` the usual one; or both are
 * the level from which the series dropped or rose. `aspect` says which, and has the sign of the direction.
 */
export const CYCLE: Kind = {
  name: 'cycle',
  weights: { collective: 0, point: 0, contextual: CONSTANTS.WEIGHT },
  directed: false,
  compares: 'detail',
  sentence: (name, { detail, usual, aspect }, { quantity, duration }) => {
    const up = aspect > 0;
    switch (Math.abs(aspect) - 1) {
      case LATE:
        return (
          `${name} has not ${up ? 'risen' : 'dropped'} for ${duration(detail)}; ` +
          `it usually ${up ? 'rises' : 'drops'} every ${duration(usual)}`
        );
      case EARLY:
        return (
          `${name} ${up ? 'rises' : 'drops'} too often, now after ${duration(detail)}; ` +
          `it usually ${up ? 'rises' : 'drops'} every ${duration(usual)}`
        );
      default:
        return `${name} ${up ? 'rose' : 'dropped'} from ${quantity(detail)}; it usually ${up ? 'rises' : 'drops'} from ${quantity(usual)}`;
    }
  },
};

/** Late on two axes, early, or from another level: the chances of a rare gap. */
const CHANCES = log10(4);
/** Gaps are regular below half of the variation of memoryless ones. */
const REGULAR = 0.5;
/** A movement is large from the middle of the largest on: a smaller one stays nearer to its start. */
const LARGE = 0.5;

/**
 * Does the series go up and down as it usually does? The gap from one drop to the next, and from one rise to the next, is judged like a
 * dwell (../dwell/dwell-times.ts): too long, growing with each reading, or too short several times. The level from which it drops or rises
 * is judged by ../dwell/turn-levels.ts. Unlike `duration` it needs no steps.
 *
 * If the movements as a whole have no regular gaps, the large ones may have: a backup runs every night on a server whose load goes up and
 * down all day. Then the gaps of the large movements are judged, and only for being too long.
 *
 * One fault is one event, which ends with its cause. So an unusual turn does not count for long (../dwell/unusual-turn.ts). A turn is not
 * early if it is due since the last usual one, whatever came between them. And a drop is late by at most the time for which the series has
 * been high for too long, because a late rise was already judged.
 */
export class Cycle implements Evidence {
  readonly kind = CYCLE;
  private readonly states: Pick<DwellStates, 'usualChange'>;
  private readonly all: Strokes;
  private readonly large: Strokes;
  private readonly largeTails: DwellTails; // their own, because most large movements are also in `all`
  private readonly unusual: UnusualTurn;
  private readonly usualAt: Float64Array; // time of the last turn in each direction that was neither unusual nor late, epoch ms
  private strokes: Strokes; // those that are judged
  // Of the reading measured last: the numbers of its sentence, and the rarity of its turn.
  private readonly sentence: TurnSentence = { aspect: 0, detail: NaN, usual: NaN };
  private turnRarity = 0;

  /** `states` gives the usual change between readings. */
  constructor(memory: Pieces, tails: DwellTails, states: Pick<DwellStates, 'usualChange'>) {
    this.states = states;
    this.strokes = this.all = new Strokes(memory, 'cycle', tails, { part: 0, variation: REGULAR });
    this.largeTails = new DwellTails(memory, 'cycle.large', true);
    this.large = new Strokes(memory, 'cycle.large', this.largeTails, { part: LARGE, variation: REGULAR / 2 });
    this.unusual = new UnusualTurn(memory, 'cycle.unusual');
    this.usualAt = memory.take('cycle.usual', DIRECTIONS);
  }

  /** A gap is one reading in as many as it has, as for `duration`. */
  measure(reading: SeriesReading): number {
    const { all, large, states } = this;
    this.sentence.aspect = this.turnRarity = 0;
    all.measure(reading, states.usualChange);
    large.measure(reading, states.usualChange);
    const strokes = (this.strokes = all.known ? all : large);
    if (!strokes.judged) return NOT_APPLICABLE;
    const late = strokes.lateRarity();
    const rarity = Math.max(strokes === all ? this.rarityOfTurn() : 0, late);
    if (late > 0 && late >= this.turnRarity)
      this.show(LATE, strokes.gap.lengthMs, strokes.times.usualMs(strokes.gap.dwell.state));
    return rarity === 0 ? 0 : rarity - CHANCES + strokes.readingsPerGap;
  }

  deviation(): number {
    return 0;
  }

  /** Whether all its movements come regularly, between levels that are always much the same. */
  get known(): boolean {
    return this.all.known;
  }

  /** Direction of the turn that the reading measured last is: 1 a rise, -1 a drop, 0 none. */
  get turned(): number {
    return this.all.turns.turned;
  }

  /** The shorter movement of a cycle: -1 where the series is low for less of the time than high, else 1. */
  get stroke(): number {
    return this.all.shorter;
  }

  /** The usual levels from which the series drops, and from which it rises, in its unit. */
  get high(): number {
    return this.all.levels.usual(DROP);
  }

  get low(): number {
    return this.all.levels.usual(RISE);
  }

  /** Usual time from one turn in a direction to the next, ms, and the number of them that is known. */
  get gapMs(): number {
    const { times, gap } = this.all;
    return times.usualMs(gap.dwell.state);
  }

  get gaps(): number {
    const { times, gap } = this.all;
    return times.count(gap.dwell.state);
  }

  learn(reading: SeriesReading, teaches: boolean): void {
    const { all, large } = this;
    all.learn(reading, all.turns.turned === 0 ? 0 : this.endGap(reading.at), teaches);
    large.learn(reading, large.turns.turned === 0 ? 0 : large.lateRarity(), teaches);
  }

  /** Deletes the past, because the series behaves differently: its cycle is not judged before it is known. */
  renew(): void {
    this.unusual.end();
    this.all.renew();
    this.large.renew();
    this.largeTails.forget();
  }

  reference({ expected }: SeriesReading): number {
    return expected;
  }

  detail(): number {
    return this.sentence.detail;
  }

  usual(): number {
    return this.sentence.usual;
  }

  aspect(): number {
    return this.sentence.aspect;
  }

  /** How many times as long as the longest gap of the past the present one is, where this is the unusual quantity; else 1. */
  overdue(): number {
    const { gap, times } = this.strokes;
    return Math.abs(this.sentence.aspect) === 1 + LATE ? gap.lengthMs / times.longestMs(gap.dwell.state) : 1;
  }

  /** Of the turn that the reading is, or of the last unusual one. */
  private rarityOfTurn(): number {
    const { unusual } = this;
    const { turns, times, levels, gap, lastAt } = this.all;
    const { state } = gap.dwell;
    if (turns.turned !== 0) {
      const early = this.isDue() ? 0 : times.earlyRarity(gap.dwell);
      const level = levels.rarity(state, turns.end, turns.least);
      this.turnRarity = Math.max(early, level);
      if (level > early) this.show(LEVEL, turns.end, levels.usual(state));
      else this.show(EARLY, gap.lengthMs, times.usualMs(state));
      if (this.turnRarity > 0 || unusual.isIn(state)) return this.turnRarity;
    }
    if (!unusual.countsAt(lastAt)) return 0;
    unusual.tell(this.sentence);
    return unusual.rarity;
  }

  /** Whether the turn comes one or two usual gaps after the last usual one. */
  private isDue(): boolean {
    const { times, gap } = this.all;
    const { state } = gap.dwell;
    const ms = gap.since + gap.lengthMs - this.usualAt[state];
    return times.isUsual(gap.dwell, ms) || times.isUsual(gap.dwell, 0.5 * ms);
  }

  private show(aspect: number, detail: number, usual: number): void {
    const { sentence, strokes } = this;
    sentence.aspect = (strokes.gap.dwell.state === DROP ? -1 : 1) * (1 + aspect);
    sentence.detail = detail;
    sentence.usual = usual;
  }

  /** The reading at `at` ends a gap. Returns the rarity of that gap, and remembers its turn where it is unusual. */
  private endGap(at: number): number {
    const { all, unusual, usualAt } = this;
    const { gap } = all;
    const place = gap.dwell.state;
    if (unusual.isIn(place)) unusual.end();
    const rarity = gap.whole ? Math.max(all.lateRarity(), this.turnRarity) : 0;
    if (rarity === 0) usualAt[place] = at;
    if (gap.whole && this.turnRarity > 0) unusual.begin(this.turnRarity, place, at + gap.lengthMs, this.sentence);
    return rarity;
  }
}
