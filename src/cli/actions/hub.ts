import { startHub } from '../../app/hub/hub.ts';
import { OF_A_HUB } from '../../app/hub/manager.ts';
import { ServiceManager } from '../../app/service-manager/service-manager.ts';
import { loadHub } from '../../config/hub/load-hub.ts';
import { lockForService } from '../../io/sqlite/service-lock.ts';
import { openNotifier } from '../../io/systemd/notifier.ts';
import { EXIT } from '../exit-codes.ts';
import { logTo, openLog } from '../terminal/log.ts';
import type { StopSignals } from '../stop-signals.ts';

export interface HubCommandOptions {
  readonly check: boolean;
  readonly signals: StopSignals;
}

/** `zankyo hub`: stores what many sites publish, until a signal stops it. With `check` it only reads the file. */
export async function hubCommand(path: string, { check, signals }: HubCommandOptions): Promise<number> {
  const { hub: config, warnings } = loadHub(path);
  if (check) {
    for (const warning of warnings) console.error(warning);
    const store = config.postgres === undefined ? config.database : config.postgres.url;
    console.log(`${path}: valid. Hub ${config.name}, broker ${config.mqtt.url}, database ${store}.`);
    return EXIT.ok;
  }
  const log = logTo(openLog(config.log.level, config.log.format));
  for (const warning of warnings) log('warn', {}, warning);
  // PostgreSQL may be on another machine, where a lock on this one says nothing.
  const unlock = config.postgres === undefined ? lockForService(config.database) : () => undefined;
  const notifier = openNotifier(log);
  const manager = notifier === null ? null : new ServiceManager(notifier, OF_A_HUB);
  const hub = await startHub(config, log, manager?.listening);
  manager?.begin(hub.sources);
  const database = config.postgres === undefined ? config.database : config.postgres.url;
  log('info', { hub: config.name, broker: config.mqtt.url, database }, 'started');
  const received = await signals.received;
  log('info', { signal: received, messages: hub.stored }, 'stopping');
  manager?.stop(received);
  await hub.stop();
  unlock();
  return EXIT.ok;
}
