import { createHash } from 'node:crypto';
import { subjectOf } from '../../stream/partition.ts';

/** The names of the streams, buckets and subjects of a site. */
export const namesOf = (site: string, prefix: string) => {
  const root = `zankyo-${site}`;
  const own = `${subjectOf(prefix)}.${subjectOf(site)}`;
  return {
    readings: `${root}-readings`,
    /** The stream of the readings with one subject, which `readings` copies. */
    input: (src: string) => `${root}-input-${createHash('sha256').update(src).digest('hex').slice(0, 8)}`,
    alerts: `${root}-alerts`,
    anomalies: `${root}-anomalies`,
    states: `${root}-states`,
    partitions: `${root}-partitions`,
    workers: `${root}-workers`,
    state: `${root}-state`,
    subjects: {
      tick: (n: number | '*') => `${root}.tick.${n}`,
      wake: (n: number | '*') => `${root}.wake.${n}`,
      /** Answers of partitions to commands for the whole site, for the workers. */
      answers: `${root}.answers`,
      /** Asks each worker for its health. */
      health: `${root}.health`,
      /** Commands as MQTT clients publish them: for the site, and for a series. */
      commands: [`${own}.cmd`, `${own}.series.*.cmd`],
      /** Files with learned states, in parts: those that MQTT clients publish, and those for them. */
      imports: `${own}.cmd.import`,
      learned: `${own}.learned`,
      alerts: `${root}.alerts`,
      anomalies: `${root}.anomalies`,
      states: `${root}.states`,
      /** What MQTT clients subscribe to. */
      own,
    },
  };
};

export type Names = ReturnType<typeof namesOf>;
