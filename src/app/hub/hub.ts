import { connectionOf } from '../broker-options.ts';
import type { HubConfig } from '../../config/hub/hub-schema.ts';
import type { NatsSettings } from '../../config/schema/nats.ts';
import { DAY_MS } from '../../math/time.ts';
import { forgetOld } from '../../io/hub/retention.ts';
import { AlertStreams } from '../../io/nats/alert-streams.ts';
import { openBroker, type BrokerOptions, type Connection } from '../../io/mqtt/broker.ts';
import type { Log } from '../../log.ts';
import type { SqlDatabase } from '../../stream/ports/sql.ts';
import type { ServiceSources } from '../service-manager/service-manager.ts';
import { HubAlerts } from './alerts.ts';
import { HubAssetWatch } from './asset-watch.ts';
import { HubCommands, type ReplyOfSite } from './commands.ts';
import { lagOf } from './health.ts';
import { Intake, MAX_BATCH } from './intake.ts';
import { HubTransfers } from './learned/transfers.ts';
import { hubStatusLine } from './manager.ts';
import { HubSiteWatch } from './site-watch.ts';
import { openHubDatabase } from './store.ts';
import { hubFilters } from './topics.ts';

/** How often missing sites are looked for, and old rows deleted. */
const CHECK_MS = 15_000;
const FORGET_MS = 3_600_000;
/** How often like assets are compared, by whole days. */
const COMPARE_MS = 600_000;

export interface Hub {
  readonly connection: Connection['state'];
  /** Messages stored since the start. */
  readonly stored: number;
  /**
   * What the service manager reads. Its watchdog is fed only if messages were stored, or the sites were looked through, since the last
   * time. A database that is away is no reason for a restart.
   */
  readonly sources: ServiceSources;
  stop(): Promise<void>;
}

/** How a hub connects to the broker of the sites. */
export const hubBrokerOptions = (
  { mqtt, timezone }: HubConfig,
  log: Log,
  onListening?: BrokerOptions['onListening'],
): BrokerOptions => ({
  ...connectionOf(mqtt),
  filters: hubFilters(mqtt.prefix),
  statusTopic: null,
  ownTopics: null,
  now: Date.now,
  timeZone: timezone,
  // A transaction of a slow disk takes long, however many messages are in it.
  receiveMaximum: MAX_BATCH,
  log,
  ...(onListening === undefined ? {} : { onListening }),
});

/**
 * Opens the database, connects, and stores what the sites publish until stopped. `onListening`: the broker has answered the subscription.
 * Throws `database_unusable` when it cannot start.
 */
export async function startHub(config: HubConfig, log: Log, onListening?: BrokerOptions['onListening']): Promise<Hub> {
  const db = await openHubDatabase(config, log);
  const broker = openBroker(hubBrokerOptions(config, log, onListening));
  const { prefix } = config.mqtt;
  const alertTopic = `${prefix}-hub/${config.name}/alert`;
  const alerts = new HubAlerts({
    db,
    publish: config.alerts
      ? (payload, onSettled) => {
          broker.publishEvent(alertTopic, payload, onSettled);
        }
      : null,
    log,
  });
  let state: Connection['state'] = 'connecting';
  const isConnected = (): boolean => state === 'connected';
  const commands = new HubCommands({
    db,
    prefix,
    isConnected,
    publish: (topic, payload) => {
      broker.publishEvent(topic, payload);
    },
    now: Date.now,
  });
  const transfers = new HubTransfers({
    db,
    prefix,
    commands,
    classes: config.assets,
    limits: { versions: config.learned.versions, bytes: config.learned.maxMegabytes * 1e6 },
    isConnected,
    publish: (topic, payload, onSettled) => {
      broker.publishEvent(topic, payload, onSettled);
    },
    acknowledge: (receipts) => {
      broker.acknowledge(receipts);
    },
    now: Date.now,
    log,
  });
  const intake = new Intake({
    db,
    prefix,
    acknowledge: (receipts) => {
      broker.acknowledge(receipts);
    },
    onReply: (reply) => {
      commands.replied(reply as ReplyOfSite);
    },
    log,
  });
  await intake.begin();
  await alerts.begin();
  await transfers.begin();
  broker.messages$.subscribe((message) => {
    if (transfers.accepts(message.topic)) void transfers.receive(message);
    else intake.receive(message);
  });
  const streams = config.nats === undefined ? null : streamsOf(config, config.nats, intake, log);
  let connectedAt = Infinity;
  broker.connection$.subscribe((connection) => {
    state = connection.state;
    connectedAt = state === 'connected' ? Date.now() : Infinity;
  });
  const watch = new HubSiteWatch({ db, alerts, expected: config.sites, missingAfterMs: config.missingAfter });
  const assets = new HubAssetWatch({ db, alerts, classes: config.assets });
  await assets.check(Date.now());
  let checks = 0;
  const check = (): Promise<void> =>
    (state === 'connected' ? watch.check(Date.now(), connectedAt) : Promise.resolve()).finally(() => {
      checks++;
    });
  const stopWork = [
    every(CHECK_MS, log, check),
    every(FORGET_MS, log, () => forget(db, config)),
    every(COMPARE_MS, log, () => assets.check(Date.now())),
  ];
  const figures = { intake, broker, streams, alerts, transfers, isConnected };
  const pages =
    config.http.listen === null
      ? null
      : await (await import('./pages.ts')).openHubPages({ config, db, assets, commands, transfers, figures, log });
  broker.start();
  streams?.start();
  return {
    get connection() {
      return state;
    },
    get stored() {
      return intake.stored;
    },
    sources: {
      passed: () => intake.stored + checks,
      commitLateMs: () => (intake.writable ? lagOf(intake, Date.now()) : 0),
      statusLine: () => hubStatusLine({ connected: isConnected(), writable: intake.writable, sites: intake.sites }),
    },
    stop: async () => {
      await pages?.close();
      transfers.stop();
      await Promise.all(stopWork.map((stop) => stop()));
      await intake.stop();
      await streams?.stop();
      await broker.close();
      await db.close();
    },
  };
}

/** Its messages are as those that a broker has retained: they may be old, and so do not say that the site is there now. */
const streamsOf = ({ name, mqtt }: HubConfig, nats: NatsSettings, intake: Intake, log: Log): AlertStreams =>
  new AlertStreams({
    nats: { ...nats, name: `zankyo ${name}` },
    prefix: mqtt.prefix,
    consumer: `database-${name}`,
    onMessage: (topic, payload, settle) => {
      // The alerts of hubs themselves are in the same stream.
      if (topic.endsWith('/alert')) settle(true);
      else intake.receive({ topic, payload, receivedAt: Date.now(), retained: true, redelivered: false }, settle);
    },
    log,
  });

const forget = (db: SqlDatabase, { keep }: HubConfig): Promise<void> =>
  keep === 'forever' ? Promise.resolve() : forgetOld(db, Date.now() - Math.max(keep, DAY_MS));

/** Does work again and again, one at a time. A failure is logged once until it succeeds again. Returns what ends it. */
function every(ms: number, log: Log, work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> = Promise.resolve();
  let busy = false;
  let failed = false;
  const turn = (): void => {
    if (busy) return;
    busy = true;
    running = work()
      .then(() => {
        failed = false;
      })
      .catch((error: unknown) => {
        if (!failed) log('error', { err: error }, 'the hub could not check its database; it tries again');
        failed = true;
      })
      .finally(() => {
        busy = false;
      });
  };
  const timer = setInterval(turn, ms);
  return () => {
    clearInterval(timer);
    return running;
  };
}
