import { Observable, type MonoTypeOperatorFunction } from 'rxjs';

/** Upper limits of the classes, s: from a skipped message to a pause that a person notices. */
export const TIME_LIMITS = [0.00005, 0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.05, 0.1, 1] as const;

/** A histogram of times in a fixed memory. */
export class Times {
  /** Times in each class, and in the last place those above all limits. */
  readonly counts = new Float64Array(TIME_LIMITS.length + 1);
  sum = 0;

  observe(seconds: number): void {
    let i = 0;
    while (i < TIME_LIMITS.length && seconds > TIME_LIMITS[i]) i++;
    this.counts[i]++;
    this.sum += seconds;
  }
}

/**
 * Measures the time for each message from here on: when the call returns, all later operators are done, also learning. Costs two
 * readings of the clock.
 */
export const timed =
  <T>(timesNow: () => Times): MonoTypeOperatorFunction<T> =>
  (source$) =>
    new Observable((subscriber) =>
      source$.subscribe({
        next: (value) => {
          const startedAt = performance.now();
          subscriber.next(value);
          timesNow().observe((performance.now() - startedAt) / 1000);
        },
        error: (error: unknown) => {
          subscriber.error(error);
        },
        complete: () => {
          subscriber.complete();
        },
      }),
    );
