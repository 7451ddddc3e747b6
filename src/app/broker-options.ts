import type { Site } from '../config/schema/site.ts';
import type { BrokerOptions } from '../io/mqtt/broker.ts';
import { commandTopics, type CommandTopics } from '../io/mqtt/command-topics.ts';
import { statusTopic } from '../io/mqtt/alerts.ts';
import { covers } from '../stream/names/topic-filter.ts';
import type { Log } from '../log.ts';

/** Null where commands over MQTT are off. */
export const commandTopicsOf = ({ commands, mqtt, site }: Site): CommandTopics | null =>
  commands.mqtt ? commandTopics(mqtt.prefix, site) : null;

/** The topic filters to subscribe to. A filter that another one covers is left out: its messages would arrive twice. */
export const filtersOf = (site: Site): string[] => {
  const topics = [
    ...new Set([
      ...site.inputs.map(({ topic }) => topic),
      ...(commandTopicsOf(site)?.filters ?? []),
      ...(site.homeAssistant.enabled ? [site.homeAssistant.birthTopic] : []),
    ]),
  ];
  return topics.filter((topic) => !topics.some((other) => other !== topic && covers(other, topic)));
};

type ConnectionOptions = Pick<
  BrokerOptions,
  'url' | 'username' | 'password' | 'clientId' | 'protocol' | 'keepaliveMs' | 'connectTimeoutMs' | 'tls'
>;

/** The section `mqtt` of a site or a hub, as the broker takes it. */
export const connectionOf = (mqtt: Site['mqtt']): ConnectionOptions => ({
  url: mqtt.url,
  username: mqtt.username,
  password: mqtt.password,
  clientId: mqtt.clientId,
  protocol: mqtt.protocol,
  keepaliveMs: mqtt.keepalive,
  connectTimeoutMs: mqtt.connectTimeout,
  tls: mqtt.tls,
});

/** How a program of a site connects. Which topics have commands can change while the service runs: it adds `isCommand` itself. */
export const brokerOptions = (site: Site, log: Log, now: () => number): BrokerOptions => {
  const { mqtt } = site;
  return {
    ...connectionOf(mqtt),
    filters: filtersOf(site),
    statusTopic: statusTopic(mqtt.prefix, site.site),
    ownTopics: `${mqtt.prefix}/`,
    now,
    timeZone: site.timezone,
    log,
  };
};
