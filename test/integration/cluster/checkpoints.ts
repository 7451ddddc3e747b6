import { stateFrom } from '../../../src/app/cluster/partition-state.ts';
import { connectNats } from '../../../src/io/nats/connection.ts';
import type { Names } from '../../../src/io/nats/names.ts';
import { PartitionTable } from '../../../src/io/nats/partition-table.ts';
import { StateStore } from '../../../src/io/nats/state-store.ts';
import type { Snapshot } from '../../../src/stream/ports/ports.ts';
import { eventually } from '../programs/program.ts';

/** What the checkpoints of a cluster have. `cleanUps` gets what closes its connection. */
export const openCheckpoints = async (url: string, names: Names, partitions: number, cleanUps: (() => unknown)[]) => {
  const connection = await connectNats({ servers: [url], tls: {}, name: 'test', log: () => undefined });
  cleanUps.push(() => connection.close());
  const open = async () => ({
    table: new PartitionTable(await connection.kv.open(names.partitions), partitions),
    store: await StateStore.open(connection, names.state),
  });
  const records = async () => {
    const { table } = await open();
    return Promise.all(Array.from({ length: partitions }, async (_, n) => (await table.read(n))?.record ?? null));
  };
  return {
    connection,
    open,
    records,
    saved: async (): Promise<ReadonlyMap<string, Snapshot>> => {
      const { store } = await open();
      const found = new Map<string, Snapshot>();
      for (const record of await records()) {
        if (record?.state == null) continue;
        for (const snapshot of stateFrom(await store.get(record.state)).snapshots) found.set(snapshot.stream, snapshot);
      }
      return found;
    },
    /** Each partition has a worker, and a checkpoint with its last reading. */
    settled: async (): Promise<void> => {
      const stream = await connection.js.streams.get(names.readings);
      await eventually(async () => {
        const all = await Promise.all(
          (await records()).map(async (record, n) => {
            const last = await stream.getMessage({ last_by_subj: `_p.${n}.>` });
            return record?.owner?.includes('.') === false && record.seq >= (last?.seq ?? 0);
          }),
        );
        return all.every(Boolean);
      });
    },
  };
};
