import { siteSchema, type Site } from '../../config/schema.ts';
import { INSTRUMENTS, SERIES } from './plant.ts';

export const WARMUP_DAYS = 4;

/** The site of the demo, as an integrator would configure the pump station: one group of five series. */
export const demoSite = (url: string, database: string): Site =>
  siteSchema.parse({
    site: 'demo',
    database,
    mqtt: { url },
    inputs: SERIES.map((series) => ({
      topic: `plant/${series}`,
      path: 'value',
      time: 'at',
      name: series,
      unit: INSTRUMENTS[series].unit,
    })),
    groups: { 'pump-station': { series: [...SERIES] } },
    tuning: { warmup_time: `${WARMUP_DAYS}d` },
    // Simulated time: often enough to watch, and rare enough not to dominate the work of the demo.
    publish: { state_every: '1h' },
    snapshots: { every: '1d' },
  });
