import { filter, Subscription, switchMap, tap, timer, type Observable } from 'rxjs';
import type { Site } from '../../config/schema/site.ts';
import type { Broker } from '../../io/mqtt/broker.ts';
import type { RetainedStates } from '../../io/ledger/retained-states.ts';
import { seriesOfTopic } from '../../io/mqtt/alerts.ts';
import type { Log } from '../../log.ts';
import type { Message } from '../../stream/message.ts';
import type { AlertPort, SeriesState } from '../../stream/ports/ports.ts';
import { HEARTBEAT_MS } from '../pipeline/heartbeat.ts';
import { plansOf, type SignalLookup } from '../pipeline/stream-plan.ts';
import { version } from '../version.ts';
import {
  seriesDiscovery,
  siteDiscovery,
  type DiscoveredSeries,
  type Discovery,
  type DiscoveryOptions,
} from './discovery.ts';
import { isConfigTopic, seriesConfigTopic, siteConfigTopic } from './topics.ts';

/**
 * Wait after the birth message before anything is sent: after a restart of Home Assistant all its MQTT clients answer, so each
 * takes another moment of this span.
 */
const LEAST_WAIT_MS = 1_000;
const JITTER_MS = 4_000;
/** Home Assistant subscribes to the states of the entities that it has just learned of. */
const STATES_AFTER_MS = 2_000;
/** States missed in a row until an entity is unavailable. */
const MISSED_STATES = 3;

export interface HomeAssistantPorts {
  readonly broker: Pick<Broker, 'messages$' | 'acknowledge' | 'republishStates'>;
  readonly states: Pick<RetainedStates, 'topics' | 'publish' | 'clear'>;
  readonly log: Log;
  readonly signals: SignalLookup;
}

/** The site in Home Assistant. */
export interface HomeAssistant {
  /** Whether a message is for this, and not an input. */
  accepts(topic: string): boolean;
  /** Alerts that also announce each series with its first state. */
  over(alerts: AlertPort): AlertPort;
  /** Removes what is no longer there from Home Assistant, and announces the site and the series that had a state in an earlier run. */
  start(): void;
  stop(): void;
}

const optionsOf = (site: Site): DiscoveryOptions => ({
  site: site.site,
  topicPrefix: site.mqtt.prefix,
  version: version(),
  device: site.homeAssistant.device,
  buttons: site.homeAssistant.buttons && site.commands.mqtt,
  expireAfter: Math.ceil((MISSED_STATES * Math.max(site.publish.stateEvery, HEARTBEAT_MS) + 60_000) / 1000),
});

/** The state of a group has the values of the series that leads, so a unit only if all have the same. */
const unitOfGroup = (site: Site, group: string, signals: SignalLookup): string => {
  const units = new Set(plansOf(site, group, signals)[0].series.map(({ unit }) => unit));
  return units.size === 1 ? [...units][0] : '';
};

/** Publishes the discovery messages of a site, retained, through the states: so that they are sent again at each connection. */
export function homeAssistant(site: Site, { broker, states, signals, log }: HomeAssistantPorts): HomeAssistant {
  const { enabled, prefix, birthTopic } = site.homeAssistant;
  const options = optionsOf(site);
  const members = new Set(Object.values(site.groups).flatMap(({ series }) => series));
  /** By series: the unit of its newest state, and the one that was announced. */
  const seen = new Map<string, string>();
  const announced = new Map<string, string>();
  const subscription = new Subscription();

  const publish = (topic: string, discovery: Discovery): void => {
    states.publish(topic, JSON.stringify(discovery));
  };
  const announce = ({ slug, label, unit }: Pick<SeriesState, 'slug' | 'label' | 'unit'>): void => {
    if (seen.get(slug) === unit) return;
    seen.set(slug, unit);
    const shown = Object.hasOwn(site.groups, slug) ? unitOfGroup(site, slug, signals) : unit;
    if (announced.get(slug) === shown) return;
    announced.set(slug, shown);
    const series = { slug, label, unit: shown, inGroup: members.has(slug) };
    publish(seriesConfigTopic(prefix, site.site, slug), seriesDiscovery(options, series));
  };
  /** The series and groups of earlier runs that the site file still has. */
  const known = (): readonly Omit<DiscoveredSeries, 'inGroup'>[] =>
    states.topics.flatMap((topic) => {
      const slug = seriesOfTopic(topic, site.mqtt.prefix, site.site);
      const plan = slug === null ? undefined : plansOf(site, slug, signals)[0];
      if (slug === null || plan === undefined) return [];
      const info = plan.series.find((series) => series.slug === slug);
      return [{ slug, label: info?.label ?? null, unit: info?.unit ?? '' }];
    });
  const clean = (): void => {
    const wanted = new Set(enabled ? [siteConfigTopic(prefix, site.site)] : []);
    if (enabled) for (const { slug } of known()) wanted.add(seriesConfigTopic(prefix, site.site, slug));
    const removed = states.topics.filter((topic) => isConfigTopic(topic, site.site) && !wanted.has(topic));
    for (const topic of removed) states.clear(topic);
    if (removed.length > 0) log('info', { topics: removed.length }, 'removed from Home Assistant');
  };
  const birth$: Observable<Message> = broker.messages$.pipe(
    filter(({ topic }) => topic === birthTopic),
    tap(({ receipt }) => {
      if (receipt !== undefined) broker.acknowledge([receipt]);
    }),
    filter(({ payload }) => new TextDecoder().decode(payload) === 'online'),
  );
  return {
    accepts: (topic) => enabled && topic === birthTopic,
    over: (alerts) =>
      enabled
        ? {
            ...alerts,
            state: (state) => {
              announce(state);
              alerts.state(state);
            },
          }
        : alerts,
    start: () => {
      clean();
      if (!enabled) return;
      publish(siteConfigTopic(prefix, site.site), siteDiscovery(options));
      for (const series of known()) announce(series);
      const isOurs = (topic: string): boolean => isConfigTopic(topic, site.site);
      const again$ = birth$.pipe(
        switchMap(() => timer(LEAST_WAIT_MS + Math.random() * JITTER_MS)),
        tap(() => {
          log('info', {}, 'Home Assistant has started: discovery messages and states are sent again');
          broker.republishStates(isOurs);
        }),
        switchMap(() => timer(STATES_AFTER_MS)),
        tap(() => {
          broker.republishStates((topic) => !isOurs(topic));
        }),
      );
      subscription.add(again$.subscribe());
    },
    stop: () => {
      subscription.unsubscribe();
    },
  };
}
