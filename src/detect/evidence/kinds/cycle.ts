import type { Memory } from '../../../math/memory.ts';
import { DAY_MS, HOUR_MS } from '../../../math/time.ts';
import { CONSTANTS } from '../../constants.ts';
import type { DwellStates } from '../dwell-states.ts';
import { DwellTimes, slotOf, SLOTS, type Dwell, type DwellTails } from '../dwell-times.ts';
import { NOT_APPLICABLE, type Evidence, type Kind, type SeriesReading } from '../kind.ts';
import { RecurrenceGate } from '../recurrence-gate.ts';
import { TurnLevels } from '../turn-levels.ts';
import { Turns } from '../turns.ts';

/** What a sentence is about: times of a drop or of a rise, or the level from which it begins. */
const LATE = 0;
const EARLY = 1;
const LEVEL = 2;

/**
 * Sentences. `detail` is the time since the last drop or rise, or between the last two, ms, and `usual` the usual one; or both are
 * the level from which the series dropped or rose. `aspect` says which, and has the sign of the direction.
 */
export const CYCLE: Kind = {
  name: 'cycle',
  weights: { collective: 0, point: 0, contextual: CONSTANTS.CONTEXTUAL_DURATION },
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

/**
 * A gap as rare as RARE is not learned at first (recurrence-gate.ts), where fewer than RECURS of the last ones that are remembered were so
 * rare.
 */
const { RARE, DWELL_SPAN: RECENT_GAPS, RECURS: LONGEST_RARE, TURN_SHARE: SHARE } = CONSTANTS;
/** Late on two axes, early, or from another level: the chances of a rare gap. */
const CHANCES = Math.log10(4);

/** Drops and rises: each has its gaps and levels. */
const DIRECTIONS = 2;
/** Phases of a cycle over which their usual length is averaged. */
const PHASES = 10;
const DROP = 0;
const RISE = 1;

// Slots of the memory.
const LAST_AT = 0;
const READINGS = 1; // since the first turn
const TURNS = 2;
const RARITY = 3; // of the last unusual turn
const UNTIL = 4; // to which it counts: until the next turn in its direction is due, epoch ms
const PLACE = 5;
const DETAIL = 6;
const USUAL = 7;
const ASPECT = 8;
const LOW_MS = 9; // usual time from a drop to a rise, and from a rise to a drop
const HIGH_MS = 10;
const HEAD = 11;
// Fields of each direction.
const SINCE = 0; // when it last came, epoch ms
const EXITS = 1; // expected since then
const WHOLE = 2; // 1 where no reading is missing since then
const EACH = 3;

/**
 * Does the series go up and down as it usually does? The gap from one drop to the next, and from one rise to the next, is judged as
 * a dwell is (../dwell-times.ts): too long, with each reading more, or too short several times; and the level from which it drops or
 * rises as ../turn-levels.ts says. Unlike `duration` it needs no steps.
 */
export class Cycle implements Evidence {
  readonly kind = CYCLE;
  private readonly states: Pick<DwellStates, 'usualChange'>;
  private readonly turns: Turns;
  private readonly times: DwellTimes;
  private readonly levels: TurnLevels;
  private readonly gate: RecurrenceGate;
  private readonly s: Float64Array;
  private readonly spent: Float64Array; // hours of the present gaps in each hour of the day (DIRECTIONS, SLOTS)
  private readonly gap: Dwell = { state: -1, hours: 0, exits: 0, interval: 0 };
  private intervalMs = 0;
  // Of the reading measured last: the numbers of its sentence, and the rarity of its turn.
  private sentence = 0;
  private shown = NaN;
  private shownUsual = NaN;
  private turnRarity = 0;

  /** `states` gives the usual change between readings. */
  constructor(memory: Pick<Memory, 'take'>, tails: DwellTails, states: Pick<DwellStates, 'usualChange'>) {
    this.states = states;
    this.turns = new Turns(memory, 'cycle.turns');
    this.times = new DwellTimes(memory, 'cycle', DIRECTIONS, tails);
    this.levels = new TurnLevels(memory, 'cycle.levels', DIRECTIONS);
    this.gate = new RecurrenceGate(memory, 'cycle.gate', LONGEST_RARE);
    this.s = memory.take('cycle', HEAD + DIRECTIONS * EACH);
    this.s[UNTIL] = -Infinity;
    this.spent = memory.take('cycle.spent', DIRECTIONS * SLOTS);
  }

  /** Times what the gap would be of one reading, as for `duration`. */
  measure({ value, at, day, comparable, deviation }: SeriesReading): number {
    const { s, turns, times, gap } = this;
    turns.turned = turns.least = 0; // of a reading without a step nothing is known
    this.sentence = this.turnRarity = 0;
    if (!comparable) return NOT_APPLICABLE;
    turns.measure(value, deviation, this.states.usualChange);
    this.intervalMs = Math.max(0, at - s[LAST_AT]);
    if (turns.direction === 0) return NOT_APPLICABLE;
    const place = turns.direction > 0 ? DROP : RISE; // the only turn that can come next
    const o = HEAD + EACH * place;
    gap.state = place;
    gap.hours = (at - s[o + SINCE]) / HOUR_MS;
    gap.exits = s[o + EXITS] + (times.rate(place, day) * this.spentMs(place)) / HOUR_MS;
    gap.interval = this.intervalMs / HOUR_MS;
    // A cycle that was never seen by day and by night, or for less time than the present gap, says nothing.
    const seen = times.totalMs(place) >= Math.max(DAY_MS, at - s[o + SINCE]);
    if (s[o + WHOLE] !== 1 || !seen || !this.known) return NOT_APPLICABLE;
    const rarity = Math.max(this.rarityOfTurn(), this.rarityOfGap());
    if (rarity === 0) return 0;
    return rarity - CHANCES + Math.log10(Math.max(1, s[READINGS] / (s[TURNS] / DIRECTIONS + 1)));
  }

  deviation(): number {
    return 0;
  }

  /** Whether it goes up and down regularly, between levels that are always much the same. */
  get known(): boolean {
    const { times, levels, turns } = this;
    const steady = SHARE * turns.least;
    return (
      times.isRegular(DROP) && times.isRegular(RISE) && levels.isSteady(DROP, steady) && levels.isSteady(RISE, steady)
    );
  }

  /** Direction of the turn that the reading measured last is: 1 a rise, -1 a drop, 0 none. */
  get turned(): number {
    return this.turns.turned;
  }

  /** The shorter movement of a cycle: -1 where the series is low for less of the time than high, else 1. */
  get stroke(): number {
    return this.s[LOW_MS] < this.s[HIGH_MS] ? -1 : 1;
  }

  /** The usual levels from which the series drops, and from which it rises, in its unit. */
  get high(): number {
    return this.levels.usual(DROP);
  }

  get low(): number {
    return this.levels.usual(RISE);
  }

  /** Usual time from one turn in a direction to the next, ms, and the number of them that is known. */
  get gapMs(): number {
    return this.times.usualMs(this.gap.state);
  }

  get gaps(): number {
    return this.times.count(this.gap.state);
  }

  learn({ value, at, day, comparable }: SeriesReading, teaches: boolean): void {
    const { s, turns, times, spent } = this;
    if (comparable) {
      for (let place = 0; place < DIRECTIONS; place++) {
        const ms = this.spentMs(place);
        s[HEAD + EACH * place + EXITS] += (times.rate(place, day) * ms) / HOUR_MS;
        spent[place * SLOTS + slotOf(day)] += ms / HOUR_MS;
      }
      if (s[TURNS] > 0) s[READINGS]++;
      if (turns.turned !== 0) this.turn(at, day, teaches);
    } else s[HEAD + WHOLE] = s[HEAD + EACH + WHOLE] = 0;
    turns.learn(value);
    s[LAST_AT] = at;
  }

  /** The past is forgotten: another life has other levels, and its cycle is not judged before it is known. */
  renew(): void {
    const { s } = this;
    s[HEAD + WHOLE] = s[HEAD + EACH + WHOLE] = 0;
    s[UNTIL] = -Infinity;
    this.times.renew(0);
    this.levels.forget();
  }

  reference({ expected }: SeriesReading): number {
    return expected;
  }

  detail(): number {
    return this.shown;
  }

  usual(): number {
    return this.shownUsual;
  }

  aspect(): number {
    return this.sentence;
  }

  /** How many times as long as the longest gap of the past the present one is, where that is what is unusual; else 1. */
  overdue(): number {
    const { gap, times } = this;
    return Math.abs(this.sentence) === 1 + LATE ? (gap.hours * HOUR_MS) / times.longestMs(gap.state) : 1;
  }

  /** Of the turn that the reading is, or of the last unusual one. */
  private rarityOfTurn(): number {
    const { s, turns, times, levels, gap } = this;
    if (turns.turned !== 0) {
      const early = times.earlyRarity(gap);
      const level = levels.rarity(gap.state, turns.end, SHARE * turns.least);
      this.turnRarity = Math.max(early, level);
      if (level > early) this.show(LEVEL, turns.end, levels.usual(gap.state));
      else this.show(EARLY, gap.hours * HOUR_MS, times.usualMs(gap.state));
      if (this.turnRarity > 0 || gap.state === s[PLACE]) return this.turnRarity;
    }
    if (!(s[LAST_AT] < s[UNTIL])) return 0;
    this.sentence = s[ASPECT];
    this.shown = s[DETAIL];
    this.shownUsual = s[USUAL];
    return s[RARITY];
  }

  /** Of the time since the last turn in the direction that comes next, where it is too long. */
  private rarityOfGap(): number {
    const { times, gap } = this;
    const late = times.lateRarity(gap);
    if (late > 0 && late >= this.turnRarity) this.show(LATE, gap.hours * HOUR_MS, times.usualMs(gap.state));
    return late;
  }

  private show(aspect: number, detail: number, usual: number): void {
    this.sentence = (this.gap.state === DROP ? -1 : 1) * (1 + aspect);
    this.shown = detail;
    this.shownUsual = usual;
  }

  /** Part of the time since the last reading that belongs to a gap: half of it where the gap ended between the two. */
  private spentMs(place: number): number {
    const ended = this.turns.turned !== 0 && this.gap.state === place;
    return ended ? 0.5 * this.intervalMs : this.intervalMs;
  }

  /** A gap with a fault or a pause in it is not learned. */
  private turn(at: number, day: number, teaches: boolean): void {
    const { s, turns, times, levels, gap, spent } = this;
    const place = gap.state;
    const o = HEAD + EACH * place;
    s[TURNS]++;
    if (place === s[PLACE]) s[UNTIL] = -Infinity;
    const own = spent.subarray(place * SLOTS, (place + 1) * SLOTS);
    const phase = place === DROP ? HIGH_MS : LOW_MS;
    const phaseMs = at - s[HEAD + EACH * (DIRECTIONS - 1 - place) + SINCE];
    if (s[o + WHOLE] === 1) {
      if (this.turnRarity > 0) this.keep(at);
      const rare = Math.max(times.lateRarity(gap), this.turnRarity) > RARE;
      const learned = teaches && this.gate.admits(rare, RECENT_GAPS);
      times.end(gap, day, own, learned);
      if (learned) {
        levels.add(place, turns.end);
        s[phase] += (phaseMs - s[phase]) / (s[phase] === 0 ? 1 : PHASES);
      }
    }
    s[o + SINCE] = at;
    s[o + EXITS] = 0;
    s[o + WHOLE] = 1;
    own.fill(0);
  }

  /** An unusual turn counts until the next in its direction is due. */
  private keep(at: number): void {
    const { s, gap, times } = this;
    s[RARITY] = this.turnRarity;
    s[UNTIL] = at + Math.max(gap.hours * HOUR_MS, times.usualMs(gap.state));
    s[PLACE] = gap.state;
    s[ASPECT] = this.sentence;
    s[DETAIL] = this.shown;
    s[USUAL] = this.shownUsual;
  }
}
