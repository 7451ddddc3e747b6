/** Answers that are kept, and for how long: all pages with the same question get one answer. */
const MAX_KEPT = 8;
const KEPT_MS = 2_000;

/** Answers to questions that cost a walk through the database, kept for two seconds. */
export class Recent<T> {
  private readonly kept = new Map<string, { readonly at: number; readonly answer: T }>();
  private readonly uptime: () => number;

  /** `uptime`: a clock that is never set, ms. */
  constructor(uptime: () => number = () => performance.now()) {
    this.uptime = uptime;
  }

  get(question: string, answer: () => T): T {
    const at = this.uptime();
    const known = this.kept.get(question);
    if (known !== undefined && at - known.at < KEPT_MS) return known.answer;
    const fresh = { at, answer: answer() };
    this.kept.delete(question);
    this.kept.set(question, fresh);
    if (this.kept.size > MAX_KEPT) this.kept.delete(this.kept.keys().next().value!);
    return fresh.answer;
  }
}
