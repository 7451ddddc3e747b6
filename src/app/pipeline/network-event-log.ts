import type { StreamMonitor } from '../../detect/stream-monitor.ts';
import type { NetworkEvent } from '../../nn/network.ts';
import type { Log } from '../../log.ts';

/** What happens to a network that an operator should hear of; it goes on by itself each time. */
const MESSAGES: Partial<Record<NetworkEvent, string>> = {
  rollBacks: 'the network was lost and goes on from its last good weights',
  cappedWeights: 'the weights had grown beyond measure and were scaled back',
  refusedGradients: 'an error gave no finite gradient and was not learned from',
};
const EVENTS = Object.keys(MESSAGES) as NetworkEvent[];

/** Tells what the networks had to do to stay sound, once for each time that is seen to have come since the last look. */
export class NetworkEventLog {
  private readonly seen = new Map<StreamMonitor, number[]>();
  private readonly log: Log;

  constructor(log: Log) {
    this.log = log;
  }

  /** Looks at one stream; what an earlier run counted is no news. */
  check(monitor: StreamMonitor): void {
    const network = monitor.detector.forecaster?.network;
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
