import type { Site } from '../../config/schema/site.ts';
import type { RetainedStates } from '../../io/ledger/retained-states.ts';
import { seriesOfTopic } from '../../io/mqtt/alerts.ts';
import type { Log } from '../../log.ts';
import { plansOf, type SignalLookup } from '../pipeline/stream-plan.ts';

/**
 * A series that the site file cannot name any more keeps no retained state on the broker. One that a wildcard input
 * could still produce keeps its state, even if no message of it has arrived in this run.
 */
export const clearRemoved = (site: Site, states: RetainedStates, signals: SignalLookup, log: Log): void => {
  const removed = states.topics
    .map((topic) => ({ topic, series: seriesOfTopic(topic, site.mqtt.prefix, site.site) }))
    .filter(({ series }) => series !== null && plansOf(site, series, signals).length === 0);
  if (removed.length === 0) return;
  for (const { topic } of removed) states.clear(topic);
  log(
    'info',
    { series: removed.map(({ series }) => series) },
    'series no longer in the site file: their retained states are removed from the broker',
  );
};
