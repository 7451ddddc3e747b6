import type { HealthMonitor } from '../health/health-monitor.ts';
import { openAlarms, phasesOf, type Sources } from '../health/figures.ts';
import type { ServiceSources } from './service-manager.ts';
import { statusLine } from './status-line.ts';

/** What the service manager reads of a service. `offline`: why there is no connection, null where there is one. */
export const serviceSources = (
  {
    tallies,
    ledger,
    pipeline,
  }: Pick<Sources, 'tallies' | 'pipeline'> & { readonly ledger: { readonly lateMs: number } },
  monitor: Pick<HealthMonitor, 'problems'>,
  offline: () => string | null,
): ServiceSources => ({
  passed: () => tallies.readings + tallies.ticks,
  commitLateMs: () => ledger.lateMs,
  statusLine: (seen) => {
    const streams = pipeline()?.streams() ?? [];
    const { process, drift, sensor } = openAlarms(streams);
    return statusLine({
      ...seen,
      offline: offline(),
      streams: phasesOf(streams),
      alarms: process + drift + sensor,
      problems: monitor.problems,
    });
  },
});
