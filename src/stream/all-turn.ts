import { Budget } from './budget.ts';
import type { SignalFacts } from './dialects/dialect.ts';
import type { KnownSignals } from './known-signals.ts';
import { possibleTime } from './time/reading-time.ts';
import type { Reason } from './reject.ts';
import type { Match, OnFacts, Route, Turn } from './route.ts';
import { infoOf, type AdmittedSignal, type SignalHost, type SignalInfo } from './signal-reader.ts';

/** Where the series of signals go that no field names. */
export interface AllEnds {
  readonly admit: (slug: string, info: SignalInfo, at: { match: Match; route: Route }) => Reason | null;
  readonly restate: OnFacts;
}

/** Takes the signals of one message for its input. One object for all messages. */
export class AllTurn implements SignalHost {
  private readonly signals: KnownSignals;
  private readonly ends: AllEnds;
  private match!: Match;
  private turn!: Turn;

  constructor(signals: KnownSignals, ends: AllEnds) {
    this.signals = signals;
    this.ends = ends;
  }

  begin(match: Match, turn: Turn): this {
    this.match = match;
    this.turn = turn;
    return this;
  }

  isTaken(signal: string): boolean {
    return this.turn.route.paths.has(signal);
  }

  isMissing(value: number): boolean {
    return this.match.input.fields[0].missing.has(value);
  }

  admit(device: string, signal: string, slug: string, facts: SignalFacts): AdmittedSignal | Reason {
    const { match, turn } = this;
    const refused = this.ends.admit(slug, infoOf(facts), { match, route: turn.route });
    if (refused !== null) return refused;
    this.signals.note({ slug, topic: turn.route.topic, device, signal, explicit: false, facts });
    return { slug, budget: new Budget() };
  }

  restated(device: string, signal: string, { slug }: AdmittedSignal, facts: SignalFacts): void {
    this.signals.note({ slug, topic: this.turn.route.topic, device, signal, explicit: false, facts });
    this.ends.restate(slug, infoOf(facts));
  }

  reading({ slug, budget }: AdmittedSignal, value: number, at: number | null): void {
    const { message, refuse, onReading } = this.turn;
    const { receivedAt } = message;
    if (!budget.spend(receivedAt)) refuse('too_fast');
    else if (at === null) onReading({ series: slug, at: receivedAt, value, receivedAt }, message);
    else onReading({ series: slug, ...possibleTime(at, receivedAt, refuse), value, receivedAt }, message);
  }

  availability(device: string, online: boolean, below: boolean): void {
    const { message, onAvailability } = this.turn;
    const series = this.signals.ofDevice(device, below, message.topic);
    if (series.length > 0) onAvailability(series, online, message);
  }

  refuse(reason: Reason): void {
    this.turn.refuse(reason);
  }
}
