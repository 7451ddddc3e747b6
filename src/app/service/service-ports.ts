import { filter, merge, type Observable } from 'rxjs';
import { waitingCommands } from '../../io/sqlite/tables/command-inbox.ts';
import type { CommandPort, CommandRequest, Ports } from '../../stream/ports/ports.ts';
import { requestsOf } from '../command-requests.ts';
import type { HomeAssistant } from '../home-assistant/home-assistant.ts';
import type { ServiceParts } from './parts.ts';
import type { SiteInForce } from './site-in-force.ts';

/** Ports of the parts that a reload replaces. */
export interface SitePorts extends Pick<Ports, 'alerts' | 'anomalyLog'>, Pick<CommandPort, 'reload'> {
  readonly home: Pick<HomeAssistant, 'accepts'>;
  /** Commands of buttons and pages. */
  readonly requests$: Observable<CommandRequest>;
}

/** The ports of the pipeline of a service, for the site in force. */
export const servicePorts = (
  inForce: SiteInForce,
  { now, store, broker, stores, learned, histories }: ServiceParts,
  { alerts, anomalyLog, home, requests$, ...reload }: SitePorts,
): Ports => {
  const { site, topics } = inForce;
  const { schedule } = inForce.calendars;
  const { ledger, signals, dialects, commandLog } = stores;
  const ownRequests$ = requestsOf({
    waiting$: waitingCommands(store.db, commandLog),
    messages$: broker.messages$,
    topics,
    publish: (topic, payload) => {
      broker.publishEvent(topic, payload);
    },
    now,
  });
  const publish = (topic: string, payload: Uint8Array): void => {
    broker.send(topic, payload);
  };
  const history = histories.of(site);
  return {
    messages$: broker.messages$.pipe(filter(({ topic }) => !inForce.isCommand(topic) && !home.accepts(topic))),
    alerts,
    anomalyLog,
    snapshots: store.snapshots,
    ledger,
    signals,
    formats: { memory: dialects, ...(site.sparkplug.rebirth ? { publish } : {}) },
    commands: {
      requests$: merge(ownRequests$, learned.requests$, requests$),
      log: commandLog,
      ...learned.port,
      ...reload,
    },
    ...(schedule.isEmpty ? {} : { maintenance: schedule }),
    ...(history === null ? {} : { history }),
  };
};
