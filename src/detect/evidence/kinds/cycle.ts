import { log10 } from '../../../math/elementary.ts';
import type { Pieces } from '../../../math/memory.ts';
import { DAY_MS } from '../../../math/time.ts';
import { CONSTANTS } from '../../constants.ts';
import type { DwellStates } from '../dwell/dwell-states.ts';
import { DwellTimes, type Dwell, type DwellTails } from '../dwell/dwell-times.ts';
import { NOT_APPLICABLE, type Evidence, type Kind, type SeriesReading } from '../kind.ts';
import { PresentDwell } from '../dwell/present-dwell.ts';
import { TurnLevels } from '../dwell/turn-levels.ts';
import { Turns } from '../dwell/turns.ts';
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

const { RECENT_SPAN: PHASES } = CONSTANTS;
/** Late on two axes, early, or from another level: the chances of a rare gap. */
const CHANCES = log10(4);

/** Drops and rises: each has its gaps and levels. */
const DIRECTIONS = 2;
const DROP = 0;
const RISE = 1;

// Slots of the memory.
const LAST_AT = 0;
const READINGS = 1; // since the first turn
const TURNS = 2;
const LOW_MS = 3; // usual time from a drop to a rise, and from a rise to a drop
const HIGH_MS = 4;
const HEAD = 5;

/**
 * Does the series go up and down as it usually does? The gap from one drop to the next, and from one rise to the next, is judged like
 * a dwell (../dwell-times.ts): too long, growing with each reading, or too short several times. The level from which it drops or rises is
 * judged by ../turn-levels.ts. Unlike `duration` it needs no steps.
 *
 * One fault is one event, which ends with its cause. So an unusual turn does not count for long (../unusual-turn.ts). A turn is not early if
 * it is due since the last usual one, whatever came between them. And a drop is late by at most the time for which the series has been high
 * for too long, because a late rise was already judged.
 */
export class Cycle implements Evidence {
  readonly kind = CYCLE;
  private readonly states: Pick<DwellStates, 'usualChange'>;
  private readonly turns: Turns;
  private readonly times: DwellTimes;
  private readonly levels: TurnLevels;
  private readonly unusual: UnusualTurn;
  private readonly usualAt: Float64Array; // time of the last turn in each direction that was neither unusual nor late, epoch ms
  private readonly present: readonly PresentDwell[]; // the gap since the last turn in each direction
  private readonly s: Float64Array;
  private gap: PresentDwell; // the one that ends with the next turn
  // Of the reading measured last: the numbers of its sentence, and the rarity of its turn.
  private readonly sentence: TurnSentence = { aspect: 0, detail: NaN, usual: NaN };
  private turnRarity = 0;
  private readonly delay: Dwell = { state: -1, hours: 0, exits: 0, interval: 0 };

  /** `states` gives the usual change between readings. */
  constructor(memory: Pieces, tails: DwellTails, states: Pick<DwellStates, 'usualChange'>) {
    this.states = states;
    this.turns = new Turns(memory, 'cycle.turns');
    this.times = new DwellTimes(memory, 'cycle', DIRECTIONS, tails);
    this.levels = new TurnLevels(memory, 'cycle.levels', DIRECTIONS);
    this.unusual = new UnusualTurn(memory, 'cycle.unusual');
    this.usualAt = memory.take('cycle.usual', DIRECTIONS);
    this.present = ['cycle.drop', 'cycle.rise'].map((name) => new PresentDwell(memory, name, this.times));
    this.gap = this.present[DROP];
    this.s = memory.take('cycle', HEAD);
  }

  /** Factor for a gap that is judged at each of its readings, as for `duration`. */
  measure({ value, at, day, comparable, deviation }: SeriesReading): number {
    const { s, turns, times, present } = this;
    turns.turned = turns.least = 0; // a reading without a step is not judged
    this.sentence.aspect = this.turnRarity = 0;
    if (!comparable) return NOT_APPLICABLE;
    turns.measure(value, deviation, this.states.usualChange);
    const next = turns.direction > 0 ? DROP : RISE; // the only turn that can come
    for (let place = 0; place < DIRECTIONS; place++)
      present[place].measure(place, at, day, Math.max(0, at - s[LAST_AT]), turns.turned !== 0 && place === next);
    const gap = (this.gap = present[next]);
    // A cycle that was not seen by day and by night, or for less time than the present gap, is not judged.
    const seen = times.totalMs(next) >= Math.max(DAY_MS, at - gap.since);
    if (turns.direction === 0 || !gap.whole || !seen || !this.known) return NOT_APPLICABLE;
    const rarity = Math.max(this.rarityOfTurn(), this.rarityOfGap());
    if (rarity === 0) return 0;
    return rarity - CHANCES + log10(Math.max(1, s[READINGS] / (s[TURNS] / DIRECTIONS + 1)));
  }

  deviation(): number {
    return 0;
  }

  /** Whether it goes up and down regularly, between levels that are always much the same. */
  get known(): boolean {
    const { times, levels, turns } = this;
    const { least } = turns;
    return (
      times.isRegular(DROP) && times.isRegular(RISE) && levels.isSteady(DROP, least) && levels.isSteady(RISE, least)
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
    return this.times.usualMs(this.gap.dwell.state);
  }

  get gaps(): number {
    return this.times.count(this.gap.dwell.state);
  }

  learn({ value, at, day, comparable }: SeriesReading, teaches: boolean): void {
    const { s, turns, present } = this;
    if (comparable) {
      for (const gap of present) gap.goOn(day);
      if (s[TURNS] > 0) s[READINGS]++;
      if (turns.turned !== 0) this.turn(at, day, teaches);
    } else for (const gap of present) gap.interrupt();
    turns.learn(value);
    s[LAST_AT] = at;
  }

  /** Deletes the past, because the series behaves differently: its cycle is not judged before it is known. */
  renew(): void {
    for (const gap of this.present) gap.interrupt();
    this.unusual.end();
    this.times.renew(0);
    this.levels.forget();
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
    const { gap, times } = this;
    return Math.abs(this.sentence.aspect) === 1 + LATE ? gap.lengthMs / times.longestMs(gap.dwell.state) : 1;
  }

  /** Of the turn that the reading is, or of the last unusual one. */
  private rarityOfTurn(): number {
    const { s, turns, times, levels, gap, unusual } = this;
    const { state } = gap.dwell;
    if (turns.turned !== 0) {
      const early = this.isDue() ? 0 : times.earlyRarity(gap.dwell);
      const level = levels.rarity(state, turns.end, turns.least);
      this.turnRarity = Math.max(early, level);
      if (level > early) this.show(LEVEL, turns.end, levels.usual(state));
      else this.show(EARLY, gap.lengthMs, times.usualMs(state));
      if (this.turnRarity > 0 || unusual.isIn(state)) return this.turnRarity;
    }
    if (!unusual.countsAt(s[LAST_AT])) return 0;
    unusual.tell(this.sentence);
    return unusual.rarity;
  }

  /** Whether the turn comes one or two usual gaps after the last usual one. */
  private isDue(): boolean {
    const { times, gap, usualAt } = this;
    const { state } = gap.dwell;
    const ms = gap.since + gap.lengthMs - usualAt[state];
    return times.isUsual(gap.dwell, ms) || times.isUsual(gap.dwell, 0.5 * ms);
  }

  /** Of the time since the last turn in the direction that comes next, where it is too long. */
  private rarityOfGap(): number {
    const { gap, times } = this;
    const late = this.lateRarity();
    if (late > 0 && late >= this.turnRarity) this.show(LATE, gap.lengthMs, times.usualMs(gap.dwell.state));
    return late;
  }

  /** A turn is as late as the phase before it has lasted too long, or as the gap, whichever is less. */
  private lateRarity(): number {
    const { s, times, gap, present, delay } = this;
    const { state, hours, exits, interval } = gap.dwell;
    const phaseMs = gap.since + gap.lengthMs - present[DIRECTIONS - 1 - state].since;
    const usualMs = times.usualMs(state) + phaseMs - s[phaseBefore(state)];
    const share = Math.max(0, Math.min(1, usualMs / gap.lengthMs));
    delay.state = state;
    delay.hours = share * hours;
    delay.exits = share * exits;
    delay.interval = interval;
    return times.lateRarity(delay);
  }

  private show(aspect: number, detail: number, usual: number): void {
    const { sentence, gap } = this;
    sentence.aspect = (gap.dwell.state === DROP ? -1 : 1) * (1 + aspect);
    sentence.detail = detail;
    sentence.usual = usual;
  }

  private turn(at: number, day: number, teaches: boolean): void {
    const { s, turns, times, levels, gap, present, unusual, usualAt } = this;
    const place = gap.dwell.state;
    s[TURNS]++;
    if (unusual.isIn(place)) unusual.end();
    const phase = phaseBefore(place);
    const phaseMs = at - present[DIRECTIONS - 1 - place].since;
    const rarity = gap.whole ? Math.max(this.lateRarity(), this.turnRarity) : 0;
    if (rarity === 0) usualAt[place] = at;
    if (gap.whole) {
      if (this.turnRarity > 0) unusual.begin(this.turnRarity, place, at + gap.lengthMs, this.sentence);
      // A gap that is long because of the one before is no alarm, but not usual either.
      if (gap.end(day, Math.max(times.lateRarity(gap.dwell), rarity), teaches)) {
        levels.add(place, turns.end);
        s[phase] += (phaseMs - s[phase]) / (s[phase] === 0 ? 1 : PHASES);
      }
    }
    gap.begin(at);
  }
}

/** Slot of the usual time from the turn in the other direction to one in this. */
const phaseBefore = (place: number): number => (place === DROP ? HIGH_MS : LOW_MS);
