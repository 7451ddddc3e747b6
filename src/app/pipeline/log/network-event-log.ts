import type { NetworkEvent } from '../../../nn/network.ts';
import type { Log } from '../../../log.ts';
import type { Stream } from '../stream.ts';

/** Events of a network that are logged; the network recovers from each of them by itself. */
const MESSAGES: Partial<Record<NetworkEvent, string>> = {
  rollBacks: 'numbers of the network overflowed; restored its last good weights',
  cappedWeights: 'weights of the network exceeded their limit; scaled them down',
  refusedGradients: 'gradient was not finite; skipped this training step',
};
const EVENTS = Object.keys(MESSAGES) as NetworkEvent[];

/** Logs how the networks recovered from numerical errors: one line per stream and event for each check that finds new ones. */
export class NetworkEventLog {
  private readonly seen = new Map<Stream, number[]>();
  private readonly log: Log;

  constructor(log: Log) {
    this.log = log;
  }

  /** Logs the events of one stream since the last check. The first check logs nothing: an earlier run has logged those. */
  check(monitor: Stream): void {
    const network = monitor.detector?.forecaster?.network;
    if (network === undefined) return;
    const before = this.seen.get(monitor);
    const counts = before ?? EVENTS.map((event) => network.count(event));
    if (before === undefined) this.seen.set(monitor, counts);
    for (const [k, event] of EVENTS.entries()) {
      const count = network.count(event);
      if (count > counts[k]) this.log('warn', { stream: monitor.stream, event, times: count }, MESSAGES[event]!);
      counts[k] = count;
    }
  }
}
