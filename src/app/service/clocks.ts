import { EMPTY, filter, interval, map, switchMap, type Observable } from 'rxjs';
import type { Broker } from '../../io/mqtt/broker.ts';

const CLOCK_MS = 5_000;
/** Attempts to connect are a minute apart at most, and each ends after `connect_timeout`. */
const ATTEMPTS_MS = 3 * 60_000;

export interface Clocks {
  /** Epoch ms of each connection. */
  readonly wake$: Observable<number>;
  /** Epoch ms, every 5 s while connected: without a broker no sensor can be called silent. */
  readonly clock$: Observable<number>;
  /** Every 5 s while there is no connection, as long as the client tries to make one. */
  readonly idle$: Observable<unknown>;
}

/** `connectTimeoutMs`: the longest attempt. `present`: epoch ms. */
export function clocksOf(
  broker: Pick<Broker, 'connection$' | 'attemptAgeMs'>,
  connectTimeoutMs: number,
  present: () => number,
): Clocks {
  const connected$ = broker.connection$.pipe(map(({ state }) => state === 'connected'));
  const ticks$ = (when: boolean): Observable<unknown> =>
    connected$.pipe(switchMap((connected) => (connected === when ? interval(CLOCK_MS) : EMPTY)));
  return {
    wake$: connected$.pipe(filter(Boolean), map(present)),
    clock$: ticks$(true).pipe(map(present)),
    idle$: ticks$(false).pipe(filter(() => broker.attemptAgeMs < ATTEMPTS_MS + connectTimeoutMs)),
  };
}
