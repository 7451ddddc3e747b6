import { createHash } from 'node:crypto';
import { subjectOf } from '../../stream/names/partition.ts';

/**
 * The topic at the site, from the subject of a stored alert or state: all behind `.alerts.` or `.states.`. The tokens before it differ
 * between versions, and a stream may have messages of both.
 */
export const behindKind = (subject: string, kind: 'alerts' | 'states'): string =>
  subject.slice(subject.indexOf(`.${kind}.`) + kind.length + 2);

/** The names of the streams, buckets and subjects of a site. */
export const namesOf = (site: string, prefix: string) => {
  const root = `zankyo-${site}`;
  /** Of what workers alone may publish: one rule, `_zankyo.>`, denies it to sensors, whatever the site is called. */
  const internal = `_zankyo.${subjectOf(site)}`;
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
      tick: (n: number | '*') => `${internal}.tick.${n}`,
      wake: (n: number | '*') => `${internal}.wake.${n}`,
      /** Answers of partitions to commands for the whole site, for the workers. */
      answers: `${internal}.answers`,
      /** Asks each worker for its health. */
      health: `${internal}.health`,
      /** Commands as MQTT clients publish them: for the site, and for a series. */
      commands: [`${own}.cmd`, `${own}.series.*.cmd`],
      /** Files with learned states, in parts: those that MQTT clients publish, and those for them. */
      imports: `${own}.cmd.import`,
      learned: `${own}.learned`,
      alerts: `${internal}.alerts`,
      anomalies: `${internal}.anomalies`,
      states: `${internal}.states`,
      /** What MQTT clients subscribe to. */
      own,
    },
  };
};

export type Names = ReturnType<typeof namesOf>;
