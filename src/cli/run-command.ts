import { kernelOrNull } from '../app/kernel.ts';
import { startService } from '../app/service.ts';
import { loadSite } from '../config/load.ts';
import { EXIT } from './exit-codes.ts';
import { logTo, openLog } from './log.ts';

/**
 * `zankyo run`: the service. It runs until SIGTERM, SIGINT or SIGHUP, then saves everything and publishes `offline`. It waits
 * for a broker that cannot be reached; only an invalid site file or an unusable database prevents the start.
 */
export async function run(config: string): Promise<number> {
  const { site, warnings } = loadSite(config);
  const log = logTo(openLog(site.log.level, site.log.format));
  for (const warning of warnings) log('warn', {}, warning);
  const signal = nextSignal();
  const kernel = kernelOrNull(log);
  const service = startService(site, { log, kernel });
  const core = kernel === null ? 'Float64' : 'SIMD';
  log('info', { site: site.site, broker: site.mqtt.url, database: site.database, core }, 'started');
  try {
    const name = await Promise.race([signal, service.failure]);
    log('info', { signal: name, readings: service.readings }, 'stopping');
    return EXIT.ok;
  } finally {
    await service.stop();
  }
}

/**
 * The signal that stops the service. SIGHUP is one of them: a terminal that is closed sends it. The handlers are installed
 * before anything starts, so that an early signal does not kill the process.
 */
const nextSignal = (): Promise<NodeJS.Signals> =>
  new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, resolve);
    // The kernel and the shell both send it when a terminal is closed: the second one must not interrupt the saving.
    process.on('SIGHUP', resolve);
  });
