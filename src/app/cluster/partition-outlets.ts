import { createHash } from 'node:crypto';
import { alertsOver, seriesOfTopic } from '../../io/mqtt/alerts.ts';
import type { EventPublisher } from '../../io/nats/event-publisher.ts';
import type { Names } from '../../io/nats/names.ts';
import { subjectOf } from '../../stream/names/partition.ts';
import type { AlertPort, AnomalyLogPort } from '../../stream/ports/ports.ts';

export interface OutletOptions {
  readonly site: string;
  readonly prefix: string;
  readonly names: Names;
  readonly publisher: Pick<EventPublisher, 'publish' | 'publishState'>;
}

const digest = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16);

/** Publishes a message of a topic of the site under an id, by which the servers recognise a second copy. */
export const publishTopic = (
  { site, prefix, names, publisher }: OutletOptions,
  topic: string,
  payload: string,
  id: string,
): void => {
  const rest = topic.slice(`${prefix}/${site}/`.length);
  publisher.publish(`${names.subjects.alerts}.${subjectOf(rest)}`, payload, id);
};

/** The alerts and states of the service, to the streams of the cluster. The same readings give the same ids. */
export const alertsTo = (options: OutletOptions): AlertPort => {
  const { site, prefix, names, publisher } = options;
  return alertsOver(
    {
      add: (topic, payload) => {
        publishTopic(options, topic, payload, (JSON.parse(payload) as { readonly message_id: string }).message_id);
      },
    },
    {
      publish: (topic, payload) => {
        const slug = seriesOfTopic(topic, prefix, site);
        if (slug !== null) publisher.publishState(`${names.subjects.states}.${slug}`, payload);
      },
    },
    prefix,
    site,
  );
};

/** Publishes each change of an episode as well, for a view over all partitions; muted ones too. */
export const anomaliesTo = (log: AnomalyLogPort, { names, publisher }: OutletOptions): AnomalyLogPort => ({
  record: (episode) => {
    log.record(episode);
    const payload = JSON.stringify(episode);
    publisher.publish(`${names.subjects.anomalies}.${episode.anomaly.stream}`, payload, digest(payload));
  },
  recordIncident: (event) => {
    log.recordIncident(event);
  },
  openIncidents: () => log.openIncidents(),
  recordHabit: (habit) => {
    log.recordHabit(habit);
  },
  recordHabitsOf: (stream, habits) => {
    log.recordHabitsOf(stream, habits);
  },
  recordModesOf: (stream, modes) => {
    log.recordModesOf(stream, modes);
  },
  quarantine: (rejected) => {
    log.quarantine(rejected);
  },
});
