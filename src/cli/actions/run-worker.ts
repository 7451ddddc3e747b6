import { kernelOrNull } from '../../app/kernel.ts';
import { ServiceManager } from '../../app/service-manager/service-manager.ts';
import type { ClusterOptions } from '../../config/schema/cluster.ts';
import type { Site } from '../../config/schema/site.ts';
import { openNotifier } from '../../io/systemd/notifier.ts';
import type { Log } from '../../log.ts';
import { EXIT } from '../exit-codes.ts';

/** `zankyo run` for a site with a cluster: a worker, until a signal. The packages of NATS are loaded only here. */
export async function runWorker(
  site: Site,
  cluster: ClusterOptions,
  log: Log,
  signal: Promise<NodeJS.Signals>,
): Promise<number> {
  const notifier = openNotifier(log);
  const manager = notifier === null ? undefined : new ServiceManager(notifier);
  const { startWorker } = await import('../../app/cluster/worker.ts');
  const worker = await startWorker(site, cluster, { log, kernel: () => kernelOrNull(log), manager });
  const { name, failure } = worker;
  log('info', { site: site.site, worker: name, servers: cluster.servers, partitions: cluster.partitions }, 'started');
  try {
    const received = await Promise.race([signal, failure]);
    log('info', { signal: received, readings: worker.readings, partitions: worker.partitions }, 'stopping');
    manager?.stop(received);
    return EXIT.ok;
  } finally {
    manager?.stop('internal error');
    await worker.stop();
  }
}
