import { openAlarms } from '../../health/figures.ts';
import type { StatusEvent } from '../contract.ts';
import type { Channel } from '../live.ts';
import type { DashboardSources } from '../sources.ts';

/** What the head of every page shows. */
const statusOf = ({ now, figures, health, pipeline }: DashboardSources): StatusEvent => {
  const streams = pipeline()?.streams() ?? [];
  const { process, drift, sensor } = openAlarms(streams);
  return {
    now: now(),
    broker: figures.connection(),
    alarms: process + drift + sensor,
    streams: streams.length,
    readings: figures.tallies.readings,
    problems: health.problems.map(({ code, subject, text, since }) => ({ code, subject, text, since })),
  };
};

export const statusChannel = (sources: DashboardSources): Channel => ({
  name: 'status',
  everyMs: 500, // as the page Now, so that the head and the cases agree
  open: () => ({ whole: () => statusOf(sources), change: () => statusOf(sources) }),
});
