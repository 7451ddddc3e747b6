import type { Dialect } from './dialect.ts';
import { SparkplugMapper } from './sparkplug/mapper.ts';

/**
 * Sparkplug B, version 3.0 (https://sparkplug.eclipse.org/specification/). Topics: spBv1.0/GROUP/TYPE/EDGE[/DEVICE]. A birth
 * names the metrics of an edge node or device; data messages carry their aliases and values. Device: `GROUP/EDGE/DEVICE`;
 * signal: the name of the metric.
 */
export const sparkplug: Dialect = {
  name: 'sparkplug',
  claims: (topic) => topic.startsWith('spBv1.0/'),
  open: (context) => new SparkplugMapper(context),
};
