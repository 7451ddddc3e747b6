import { kernelOrNull } from '../app/kernel.ts';
import type { ClusterOptions } from '../config/cluster-schema.ts';
import type { Site } from '../config/schema.ts';
import { openNotifier } from '../io/systemd/notifier.ts';
import type { Log } from '../log.ts';
import { EXIT } from './exit-codes.ts';

/** The watchdog of systemd is fed so many times in its time. */
const FEEDS = 4;

/** `zankyo run` for a site with a cluster: a worker, until a signal. The packages of NATS are loaded only here. */
export async function runWorker(
  site: Site,
  cluster: ClusterOptions,
  log: Log,
  signal: Promise<NodeJS.Signals>,
): Promise<number> {
  const notifier = openNotifier(log);
  const { startWorker } = await import('../app/cluster/worker.ts');
  const worker = await startWorker(site, cluster, { log, kernel: () => kernelOrNull(log) });
  const { name, failure } = worker;
  log('info', { site: site.site, worker: name, servers: cluster.servers, partitions: cluster.partitions }, 'started');
  notifier?.send({ READY: 1, STATUS: `Worker ${name} of site ${site.site}` });
  const watchdogMs = notifier?.watchdogMs ?? null;
  const feeding =
    watchdogMs === null ? undefined : setInterval(() => notifier?.send({ WATCHDOG: 1 }), watchdogMs / FEEDS);
  try {
    const received = await Promise.race([signal, failure]);
    log('info', { signal: received, readings: worker.readings, partitions: worker.partitions }, 'stopping');
    notifier?.send({ STOPPING: 1, STATUS: 'Stopping: handing the partitions over' });
    return EXIT.ok;
  } finally {
    clearInterval(feeding);
    await worker.stop();
    notifier?.close();
  }
}
