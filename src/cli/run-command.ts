import { kernelOrNull } from '../app/kernel.ts';
import { startService } from '../app/service.ts';
import { loadSite } from '../config/load.ts';
import { EXIT } from './exit-codes.ts';
import { noteTo, openLog } from './log.ts';

/**
 * `zankyo run`: the service. Runs until SIGTERM or SIGINT, then saves and says goodbye. A broker that is away is waited
 * for; only a wrong configuration or an unusable database keeps it from starting.
 */
export async function run(config: string): Promise<number> {
  const { site, warnings } = loadSite(config);
  const log = openLog(site.log.level);
  for (const warning of warnings) log.warn(warning);
  const signal = nextSignal();
  const note = noteTo(log);
  const kernel = kernelOrNull(note);
  const service = startService(site, { note, kernel });
  const core = kernel === null ? 'Float64' : 'SIMD';
  log.info({ site: site.site, broker: site.mqtt.url, database: site.database, core }, 'started');
  try {
    const name = await Promise.race([signal, service.failure]);
    log.info({ signal: name, readings: service.readings }, 'stopping');
    return EXIT.ok;
  } finally {
    await service.stop();
  }
}

/** Installed before anything can be started, so that an early signal is not a sudden death. */
const nextSignal = (): Promise<NodeJS.Signals> =>
  new Promise((resolve) => {
    process.once('SIGTERM', resolve);
    process.once('SIGINT', resolve);
  });
