import { Memory, perSeries, section } from '../math/memory.ts';
import { Aligner } from './aligner.ts';
import { Anchor } from './anchor.ts';
import type { AnomalyEvent, Ending, EpisodePhase } from './anomaly.ts';
import type { Calendar } from './calendar.ts';
import { Confidence } from './confidence.ts';
import { describe } from './describe.ts';
import { Detector, type DetectorOptions, type Verdict } from './detector.ts';
import { CAUSES, Episode, type EpisodeOptions, type Finding } from './episode.ts';
import type { Reading, SeriesInfo } from './reading.ts';
import type { Sample } from './sample.ts';
import { Counter } from './sensor/counter.ts';
import { isByHabit, isSensorFault, type SensorFault } from './sensor/fault.ts';
import { SensorWatch, type SensorWatchOptions } from './sensor/sensor-watch.ts';

export interface MonitorOptions extends DetectorOptions, EpisodeOptions, SensorWatchOptions {
  /** Readings that only teach. */
  readonly warmup: number;
  /** Time that only teaches; both must have passed. */
  readonly warmupTimeMs: number;
  /** The wall clock of the site. */
  readonly calendar: Calendar;
}

/** Format of snapshots; a change of what `Memory` holds or means takes the next number. */
export const SNAPSHOT_VERSION = 3;

/** What stands in a shape before its series. */
const SERIES = ', series ';

/** A sensor that has been dead for a year is no worse than one dead for ten times its usual silence. */
const WORST_FAULT = 10;

/** A counter that falls loses a reading, no more. */
const RESET = 1.5;

const emptyFinding = (series: number): Finding => ({
  score: 0,
  confidence: 0,
  cause: 'level',
  series: 0,
  value: NaN,
  expected: NaN,
  lower: NaN,
  upper: NaN,
  detail: NaN,
  scores: new Float64Array(series),
  evidence: new Float64Array(CAUSES.length),
});

/** Whether the operator cares for a deviation from such an expectation. */
const matters = ({ minDeviation = 0, minDeviationPercent = 0 }: SeriesInfo, deviation: number, expected: number) =>
  !(Math.abs(deviation) < Math.max(minDeviation, (minDeviationPercent / 100) * Math.abs(expected)));

/** What is not learned: how the sensors are heard, what has been told, and the operator's word. */
const isKept = (name: string): boolean =>
  /(^|\.)(watch|silence|arrivals|standstill|plausible|clock|interval|counter|counter\.gap|fault|episode|drift|pending|spoken|round|heard|word)$/.test(
    name,
  );

/**
 * One stream from reading to anomaly: the sensors are watched first, what is sound is aligned into samples, the
 * detector scores each sample, and episodes decide what the world hears of it.
 *
 * All that it remembers is one memory, so that a snapshot is everything.
 */
export class StreamMonitor {
  readonly stream: string;
  readonly series: readonly SeriesInfo[];
  readonly detector: Detector;
  readonly memory = new Memory();
  private readonly options: MonitorOptions;
  private readonly onEvent: (event: AnomalyEvent) => void;
  private readonly aligner: Aligner;
  private readonly watches: readonly SensorWatch[];
  private readonly counters: readonly Counter[];
  private readonly faults: readonly Episode[]; // of each sensor
  private readonly episode: Episode; // of the process
  private readonly drift: Episode;
  private readonly anchors: readonly Anchor[];
  private readonly confidence: Confidence;
  private readonly progress: Float64Array; // samples, at of the first, at of the last
  private readonly joined: Float64Array; // 1 where a series came to the group when it had begun (D)
  private readonly word: Float64Array; // 1 while the operator holds learning, 1 once the sensors' habits are known
  private readonly finding: Finding;
  private readonly news: AnomalyEvent[] = [];
  private away = false;

  /** `onEvent` hears of every episode at the end of the `take` or `tick` that opened, worsened or closed it. */
  constructor(
    stream: string,
    series: readonly SeriesInfo[],
    options: MonitorOptions,
    onEvent: (event: AnomalyEvent) => void,
  ) {
    const D = series.length;
    const { memory } = this;
    const sections = series.map((info) => section(memory, info.slug));
    // A sensor fault ends with the first sound reading, and each of them is news.
    const faultOptions = { minDurationMs: 0, closeAfter: 1, hysteresis: 1, coolDownMs: 0 };
    this.stream = stream;
    this.series = series;
    this.options = options;
    this.onEvent = onEvent;
    this.detector = new Detector(memory, series, options);
    this.aligner = new Aligner(memory, stream, D);
    this.watches = series.map((info, d) => new SensorWatch(sections[d], info, options));
    this.counters = series.map(({ counter = 'hour' }, d) => new Counter(sections[d], counter));
    this.faults = sections.map((own) => new Episode(own, 'fault', D, faultOptions));
    this.episode = new Episode(memory, 'episode', D, options);
    // One look a day, at the end of it: calm then is calm.
    this.drift = new Episode(memory, 'drift', D, { ...options, minDurationMs: 0, closeAfter: 1 });
    this.anchors = sections.map((own) => new Anchor(own));
    this.confidence = new Confidence(memory, D, options.warmup);
    this.progress = memory.take('progress', 3);
    this.joined = memory.take('joined', D, perSeries());
    this.word = memory.take('word', 2);
    this.finding = emptyFinding(D);
  }

  /** What the memory is made for: another shape cannot be restored into it, only taken over where the series differ. */
  get shape(): string {
    return `${this.kind}${SERIES}${this.series.map((info) => info.slug).join(', ')}`;
  }

  private get kind(): string {
    const { cell, peepholes, learner, hiddenSize, horizon, trainEvery, kernel } = this.options;
    const name = cell === 'lstm' && peepholes ? 'lstm with peepholes' : cell;
    const by = learner === 'tbptt' ? `tbptt of horizon ${horizon}, update every ${trainEvery}` : learner;
    const arithmetic = kernel === null ? 'Float64' : 'SIMD';
    return `${name} of ${hiddenSize} units in ${arithmetic}, ${by}`;
  }

  /** Samples taken in. */
  get samples(): number {
    return this.progress[0];
  }

  /** How far the warm-up is, 0 to 1; from 1 on anomalies are raised. */
  get warmup(): number {
    const { warmup, warmupTimeMs } = this.options;
    const [samples, firstAt, lastAt] = this.progress;
    const inReadings = warmup === 0 ? 1 : samples / warmup;
    const inTime = warmupTimeMs === 0 ? 1 : (lastAt - firstAt) / warmupTimeMs;
    return Math.min(1, inReadings, inTime);
  }

  /** How far the warm-up of series d is: one that came to a group which had begun has its own, in its own readings. */
  warmupOf(d: number): number {
    return Math.min(this.warmup, this.ownWarmupOf(d));
  }

  private ownWarmupOf(d: number): number {
    if (this.joined[d] === 0) return 1;
    const { warmup, warmupTimeMs } = this.options;
    const { readings, spanMs } = this.watches[d];
    const inReadings = warmup === 0 ? 1 : readings / warmup;
    const inTime = warmupTimeMs === 0 ? 1 : spanMs / warmupTimeMs;
    return Math.min(1, inReadings, inTime);
  }

  /** Whether an episode of the process is open. */
  get anomalous(): boolean {
    return this.episode.open;
  }

  /** Index of the series that leads the open episode of drift; -1 when none is open. */
  get drifting(): number {
    return this.drift.open ? this.drift.series : -1;
  }

  /** Last event time of series d, -Infinity before its first reading. */
  lastAt(d: number): number {
    return this.watches[d].lastAt;
  }

  /** The open fault of the sensor of series d, null when it is sound. */
  faultOf(d: number): SensorFault | null {
    if (!this.faults[d].open) return null;
    const { cause } = this.faults[d];
    return isSensorFault(cause) ? cause : null;
  }

  /** Index of the series that leads the open episode of the process; -1 when none is open. */
  get suspect(): number {
    return this.episode.open ? this.episode.series : -1;
  }

  /** Score of series d in the last sample. */
  scoreOf(d: number): number {
    return this.detector.verdict.scores[d];
  }

  /** Index of the series that led the last sample. */
  get leading(): number {
    return this.detector.verdict.leading;
  }

  /** Takes a reading of series d: watches, aligns, scores, learns. The newest verdict when a sample was over, else null. */
  take(d: number, reading: Reading): Verdict | null {
    if (this.away) this.comeBack(reading.receivedAt);
    const value = this.hear(d, reading);
    let verdict: Verdict | null = null;
    let sample = value === null ? null : this.aligner.add(d, reading.at, value, this.awaited);
    while (sample !== null) {
      verdict = this.step(sample);
      sample = this.aligner.complete(this.awaited);
    }
    this.tellAll();
    return verdict;
  }

  /** Looks for silence at `now`, in the time of arrival; call it every few seconds. */
  tick(now: number): void {
    if (this.away) this.comeBack(now);
    for (let d = 0; d < this.watches.length; d++) {
      const { silence } = this.watches[d];
      const score = silence.score(now);
      if (score <= 1) continue;
      this.detector.series[d].restart();
      this.report(d, now, silence.heardAt, 'silent', score, now - silence.heardAt, silence.gapMs);
    }
    this.tellAll();
  }

  /** Takes up what `memory.toBytes()` of a monitor of the same shape gave. Throws a RangeError when the size differs. */
  restore(bytes: Uint8Array): void {
    this.memory.fromBytes(bytes);
    this.detector.frozen = this.frozen;
    this.away = true;
  }

  /**
   * Takes up what a group of this shape remembered whose series were others. The series that are still there go on as if
   * nothing had happened; new ones warm up for themselves; of those that are gone nothing is left. False, changing
   * nothing, when the shape is of another kind of network or has no series in common. Throws a RangeError when the bytes
   * are not of that shape.
   */
  takeOver(shape: string, bytes: Uint8Array): boolean {
    const [kind, list = ''] = shape.split(SERIES);
    const slugs = list.split(', ');
    const before = this.series.map(({ slug }) => slugs.indexOf(slug));
    if (kind !== this.kind || before.every((b) => b < 0)) return false;
    const infos = slugs.map((slug): SeriesInfo => ({ slug, unit: '', range: null, only: 'both' }));
    const past = new StreamMonitor(this.stream, infos, this.options, () => undefined);
    past.memory.fromBytes(bytes);
    this.memory.takeOver(past.memory, before);
    this.detector.takeOver(past.detector, before);
    this.detector.frozen = this.frozen;
    before.forEach((b, d) => {
      if (b < 0) this.joined[d] = 1;
    });
    slugs.forEach((_, d) => {
      if (!before.includes(d)) this.takeLeave(past, d);
    });
    this.away = true;
    return true;
  }

  /** The fault of a sensor that is here no more is over: nobody else would tell. */
  private takeLeave(past: StreamMonitor, d: number): void {
    const fault = past.faults[d];
    if (!fault.open) return;
    fault.recall(past.finding);
    const anomaly = describe(past.stream, past.series, fault, past.finding, 'calm');
    this.news.push({ phase: 'closed', at: fault.lastOverAt, anomaly });
  }

  /** Whether learning is held by the operator. */
  get frozen(): boolean {
    return this.word[0] === 1;
  }

  /** Learns nothing until `resume`, across restarts too; scores and alarms go on. */
  freeze(): void {
    this.word[0] = 1;
    this.detector.frozen = true;
  }

  resume(): void {
    this.word[0] = 0;
    this.detector.frozen = false;
  }

  /**
   * Forgets all that was learned and warms up again, or only what was learned of series d; what is open there is over.
   * Sensors are watched on.
   */
  reset(now: number, d?: number): void {
    const fresh = new StreamMonitor(this.stream, this.series, this.options, () => undefined).memory.toBytes();
    if (d === undefined) {
      this.goBack(fresh, now, 'reset');
      return;
    }
    // How the series go together is told in the deviations of each, and so is learned anew with one of them.
    const own = `${this.series[d].slug}.`;
    this.memory.fromBytes(fresh, (name) => !isKept(name) && (name.startsWith(own) || name.startsWith('coherence.')));
    for (const episode of [this.episode, this.drift]) if (episode.series === d) this.end(episode, now, 'reset');
    this.tellAll();
  }

  /**
   * Knows only what it knew when a monitor of the same shape gave these bytes. Sensors are watched on, and what is open is
   * over: it was judged by what is now forgotten. Throws a RangeError, changing nothing, when the size differs.
   */
  forget(past: Uint8Array, now: number): void {
    this.goBack(past, now, 'forgotten');
  }

  /** What is open is over, as it is all right: the series are held against what comes next. */
  acceptAsNormal(now: number): void {
    this.endAll(now, 'accepted');
    for (const anchor of this.anchors) anchor.accept();
    this.tellAll();
  }

  private goBack(bytes: Uint8Array, now: number, why: Ending): void {
    this.memory.fromBytes(bytes, (name) => !isKept(name));
    for (const model of this.detector.series) model.restart();
    this.endAll(now, why);
    this.tellAll();
  }

  /** A sensor's fault is over when the sensor is sound, and not before. */
  private endAll(now: number, why: Ending): void {
    for (const episode of [this.episode, this.drift]) this.end(episode, now, why);
  }

  private end(episode: Episode, now: number, why: Ending): void {
    if (episode.end(now)) this.tell(episode, now, 'closed', why);
  }

  /** While we were away nobody listened: that silence was ours, not the sensors'. */
  private comeBack(now: number): void {
    this.away = false;
    for (const { silence } of this.watches) silence.resume(now);
  }

  /** A sensor at fault is not waited for; one that only does not know the time still measures. */
  private readonly awaited = (d: number): boolean => !this.faults[d].open || this.faults[d].cause === 'clock';

  /** What of a reading is a measurement: NaN when the sensor is at fault, null when a counter gives no rate. */
  private hear(d: number, reading: Reading): number | null {
    const watch = this.watches[d];
    if (this.warmup === 1) this.word[1] = 1;
    const learning = this.word[1] === 0 || this.ownWarmupOf(d) < 1;
    if (watch.interrupted(reading.at)) this.detector.series[d].restart();
    watch.hear(reading, learning);
    const counts = this.series[d].counter !== undefined;
    const value = counts ? this.counters[d].rate(reading.value, reading.at) : reading.value;
    if (Number.isNaN(value)) {
      this.count(d, reading, learning);
      return null;
    }
    if (this.judge(d, reading.at, value, learning)) return value;
    this.detector.series[d].restart();
    return NaN;
  }

  /** A counter that has fallen is told once; what it does again is how it is, as one of each day's rain. */
  private count(d: number, { at, value }: Reading, learning: boolean): void {
    const { fell, falls, before } = this.counters[d];
    if (fell && falls === 1 && !learning) this.report(d, at, at, 'reset', RESET, value, before);
  }

  /** Whether the sensor can mean what it says; if not, that is reported: neither scored nor learned. */
  private judge(d: number, at: number, value: number, learning: boolean): boolean {
    const { plausibility, standstill, clock, intervalMs } = this.watches[d];
    const beyond = plausibility.rangeScore(value);
    const code = plausibility.codeScore(value);
    const leap = plausibility.leapScore(value, at, intervalMs);
    if (beyond > 1) this.report(d, at, at, 'range', beyond, value, NaN);
    else if (code > 1) this.report(d, at, at, 'code', code, value, NaN);
    else if (leap > 1) this.report(d, at, at, 'leap', leap, value, plausibility.last);
    if (beyond > 1 || code > 1 || leap > 1) return false;

    plausibility.trust(value, at);
    standstill.hear(value, at, learning);
    const stuck = learning ? 0 : standstill.score();
    if (stuck > 1) this.report(d, at, at - (standstill.run - 1) * intervalMs, 'stuck', stuck, value, standstill.run);
    else this.report(d, at, at, 'clock', clock.score(), value, clock.aheadMs);
    return stuck <= 1;
  }

  private step(sample: Sample): Verdict {
    const ready = this.warmup === 1;
    const verdict = this.detector.step(sample);
    this.confidence.hear(sample.x);
    if (this.progress[0]++ === 0) this.progress[1] = sample.at;
    this.progress[2] = sample.at;
    if (ready) {
      this.find(verdict);
      this.tell(this.episode, sample.at, this.episode.step(sample.at, this.finding));
    }
    this.watchDrift(sample);
    return verdict;
  }

  private find(verdict: Verdict): void {
    const { finding, detector, series } = this;
    finding.score = 0;
    finding.series = verdict.leading;
    for (let d = 0; d < series.length; d++) {
      const reference = this.referenceOf(d);
      const counts = this.warmupOf(d) === 1 && matters(series[d], detector.series[d].value - reference, reference);
      finding.scores[d] = counts ? verdict.scores[d] : 0;
      if (finding.scores[d] <= finding.score) continue;
      finding.score = finding.scores[d];
      finding.series = d;
    }
    const model = detector.series[finding.series];
    finding.confidence = this.confidence.of(model.readings);
    finding.cause = model.leading;
    finding.value = model.value;
    finding.expected = model.expected;
    finding.lower = model.lower;
    finding.upper = model.upper;
    finding.detail = this.detailOf(finding.series);
    finding.evidence.fill(0);
    finding.evidence.set(model.parts);
  }

  /** What the deviation of series d is measured from: its mean where its level is odd, else what was expected of it. */
  private referenceOf(d: number): number {
    const model = this.detector.series[d];
    if (model.leading === 'level' || model.leading === 'extreme') return model.mean;
    return model.leading === 'company' ? this.detector.fitted(d) : model.expected;
  }

  private watchDrift({ at, x }: Sample): void {
    const { finding, anchors } = this;
    let news = false;
    for (let d = 0; d < x.length; d++) if (!Number.isNaN(x[d]) && anchors[d].add(at, x[d], this.frozen)) news = true;
    if (!news) return;
    finding.score = finding.series = 0;
    for (let d = 0; d < anchors.length; d++) {
      const { slow, mean, score } = anchors[d];
      finding.scores[d] = matters(this.series[d], slow - mean, mean) ? score : 0;
      if (finding.scores[d] > finding.score) finding.series = d;
      finding.score = Math.max(finding.score, finding.scores[d]);
    }
    const { slow, mean, line, since } = anchors[finding.series];
    finding.confidence = this.confidence.of(this.detector.series[finding.series].readings);
    finding.cause = 'drift';
    finding.value = slow;
    finding.expected = mean;
    finding.lower = mean - line;
    finding.upper = mean + line;
    finding.detail = at - since;
    finding.evidence.fill(0);
    finding.evidence[CAUSES.indexOf('drift')] = finding.score;
    this.tell(this.drift, at, this.drift.step(at, finding, finding.score > 0 ? since : at));
  }

  private detailOf(d: number): number {
    const model = this.detector.series[d];
    switch (model.leading) {
      case 'extreme':
        return model.record;
      case 'level':
        return model.mean;
      case 'volatility':
        return model.volatility.liveliness;
      case 'company':
        return this.detector.fitted(d);
      default:
        return NaN;
    }
  }

  private report(
    d: number,
    at: number,
    since: number,
    cause: SensorFault,
    score: number,
    value: number,
    detail: number,
  ): void {
    const { finding } = this;
    const fault = this.faults[d];
    // A sensor that was silent and comes back with nonsense has another fault, and that is another episode.
    if (fault.open && fault.cause !== cause) {
      finding.score = 0;
      this.tell(fault, at, fault.step(at, finding));
    }
    finding.score = Math.min(WORST_FAULT, score);
    finding.cause = cause;
    finding.series = d;
    finding.value = value;
    finding.expected = finding.lower = finding.upper = NaN;
    finding.detail = detail;
    finding.confidence = isByHabit(cause) ? this.confidence.maturity(this.detector.series[d].readings) : 1;
    finding.scores.fill(0);
    finding.scores[d] = finding.score;
    finding.evidence.fill(0);
    finding.evidence[CAUSES.indexOf(cause)] = finding.score;
    this.tell(fault, at, fault.step(at, finding, since));
  }

  private tell(episode: Episode, at: number, phase: EpisodePhase | null, why: Ending = 'calm'): void {
    if (phase === null) return;
    episode.recall(this.finding);
    const anomaly = describe(this.stream, this.series, episode, this.finding, phase === 'closed' ? why : null);
    this.news.push({ phase, at, anomaly });
  }

  /** Only now is the memory whole again, so that a snapshot taken on the news is one from between two readings. */
  private tellAll(): void {
    for (const event of this.news) this.onEvent(event);
    this.news.length = 0;
  }
}
