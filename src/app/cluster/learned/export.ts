import type { Layout } from '../../../config/cluster-layout.ts';
import type { Site } from '../../../config/schema/site.ts';
import type { StreamFile } from '../../../io/files/stream-file.ts';
import type { Kernel } from '../../../nn/kernel.ts';
import type { Glob } from '../../../stream/names/glob.ts';
import { streamFileOf } from '../../pipeline/restore/checkpoint.ts';
import { restoredStream } from '../../restored.ts';
import { SnapshotMap } from '../partition-ports.ts';
import { partOf } from '../partition-site.ts';
import type { SavedPartitions } from './saved-partitions.ts';

/** The site of a cluster, and what its networks run in. */
export interface ClusterSite {
  readonly site: Site;
  readonly layout: Layout;
  /** Makes the memory in which the networks of one partition run in SIMD; null for Float64. */
  readonly kernel: () => Kernel | null;
}

/**
 * What each stream whose name matches has learned, as the last checkpoint of its partition has it: the same bits that its worker would go
 * on with after a takeover. `file` null: no state that fits the site file. One partition at a time is in memory.
 */
export async function* learnedIn(
  saved: SavedPartitions,
  { site, layout, kernel }: ClusterSite,
  matches: Glob,
): AsyncGenerator<{ readonly stream: string; readonly file: StreamFile | null }> {
  for (let n = 0; n < saved.count; n++) {
    if (!(await saved.streamsOf(n)).some(matches)) continue;
    const partition = await saved.read(n);
    const snapshots = new SnapshotMap(partition?.state.snapshots ?? []);
    const part = partOf(site, layout.groups, n).site;
    const core = kernel();
    for (const stream of snapshots.streams().filter(matches)) {
      const restored = restoredStream(part, stream, snapshots, core);
      yield { stream, file: restored === null ? null : streamFileOf(site.site, restored.monitor, restored.snapshot) };
    }
  }
}
