import { dirname, join } from 'node:path';
import { kernelOrNull } from '../../app/kernel.ts';
import { startService } from '../../app/service.ts';
import { loadSite } from '../../config/load.ts';
import { ServiceManager } from '../../app/service-manager/service-manager.ts';
import { lockForService } from '../../io/sqlite/service-lock.ts';
import { openNotifier } from '../../io/systemd/notifier.ts';
import { EXIT } from '../exit-codes.ts';
import { logTo, openLog } from '../terminal/log.ts';
import { runWorker } from './run-worker.ts';
import type { StopSignals } from '../stop-signals.ts';

/**
 * `zankyo run`: the service. It runs until SIGTERM or SIGINT, then saves everything and publishes `offline`. It waits for a broker that
 * cannot be reached; only an invalid site file, or a database that is unusable or that another service uses, prevents the start. SIGHUP
 * puts the site file in force again; on a terminal, which sends it when it is closed, it stops the service.
 */
export async function run(config: string, signals: StopSignals): Promise<number> {
  const { site, warnings, files } = loadSite(config);
  const logger = openLog(site.log.level, site.log.format);
  const log = logTo(logger);
  for (const warning of warnings) log('warn', {}, warning);
  if (site.cluster !== undefined) return runWorker(site, site.cluster, log, signals.received);
  const unlock = lockForService(site.database);
  const kernel = kernelOrNull(log);
  const notifier = openNotifier(log);
  let read = files;
  const manager = notifier === null ? undefined : new ServiceManager(notifier);
  const service = startService(site, {
    manager,
    log,
    kernel,
    file: {
      get paths() {
        return [...read, join(dirname(config), 'secrets.yaml')];
      },
      load: () => {
        const loaded = loadSite(config);
        read = loaded.files;
        return loaded;
      },
      setLogLevel: (level) => {
        logger.level = level;
      },
    },
  });
  signals.onHangUp = () => {
    service.reload('SIGHUP');
  };
  const core = kernel === null ? 'Float64' : 'SIMD';
  log('info', { site: site.site, broker: site.mqtt.url, database: site.database, core }, 'started');
  try {
    const name = await Promise.race([signals.received, service.failure]);
    log('info', { signal: name, readings: service.readings }, 'stopping');
    manager?.stop(name);
    return EXIT.ok;
  } finally {
    manager?.stop('internal error');
    await service.stop();
    unlock();
  }
}
