import { siteSchema, type Site } from '../../config/schema/site.ts';
import { CYCLE_INSTRUMENTS, CYCLE_SERIES } from './cycles.ts';
import { INSTRUMENTS, SERIES } from './plant.ts';
import { ALL_SERIES } from './waterworks.ts';

export const WARMUP_DAYS = 4;
/** Each with a rate of alarms of its own: the group of the pump, the sump, the fill pump. */
export const STREAMS = 1 + CYCLE_SERIES.length;

const UNITS = { ...INSTRUMENTS, ...CYCLE_INSTRUMENTS };

/**
 * The site of the demo, as an integrator would configure the pump station: one group of five series for the pump, and the sump
 * and the fill pump alone. `listen`: where the dashboard is; null for none.
 */
export const demoSite = (url: string, database: string, listen: string | null = null): Site =>
  siteSchema.parse({
    site: 'demo',
    database,
    mqtt: { url },
    http: { listen },
    inputs: ALL_SERIES.map((series) => ({
      topic: `plant/${series}`,
      path: 'value',
      time: 'at',
      name: series,
      unit: UNITS[series].unit,
    })),
    groups: { 'pump-station': { series: [...SERIES] } },
    tuning: { warmup_time: `${WARMUP_DAYS}d` },
    // Simulated time: often enough to watch, and rare enough not to dominate the work of the demo.
    publish: { state_every: '1h' },
    snapshots: { every: '1d' },
  });
