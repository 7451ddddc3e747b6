import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startMosquitto } from '../integration/programs/mosquitto.ts';
import type { Mosquitto } from '../integration/programs/mosquitto.ts';
import { Child } from './child.ts';
import type { ChildOptions } from './child.ts';
import { kept } from './count.ts';
import { Link } from './link.ts';
import { Pump } from './pump.ts';

/** As docs/durability.md advises. */
const BROKER = [
  'autosave_interval 30',
  'max_inflight_messages 256',
  'max_queued_messages 100000',
  'persistent_client_expiration 7d',
];
const POLL_MS = 100;
const PATIENCE_MS = 60_000;

/** pump → broker → link → service: all that messages go through, each to be broken. */
export interface Rig {
  readonly broker: Mosquitto;
  readonly link: Link;
  readonly child: Child;
  readonly pump: Pump;
  /** Where the service keeps its database. */
  readonly directory: string;
  /** Resolves when all of messages 0 to n - 1 are written; also after a while in which that did not come to be. */
  readonly settled: (n: number) => Promise<void>;
  readonly remove: () => Promise<void>;
}

/** The service listens when this returns. `remove` it in the end. */
export async function startRig(options: ChildOptions = {}): Promise<Rig> {
  const directory = mkdtempSync(join(tmpdir(), 'zankyo-faults-'));
  const broker = await startMosquitto({ config: BROKER });
  const link = await Link.to(broker.port);
  const child = new Child(link.url, directory, options);
  const pump = new Pump(broker.url);
  const remove = async (): Promise<void> => {
    await child.kill();
    await pump.close();
    link.close();
    await broker.kill(); // it may be frozen
    await broker.stop();
    rmSync(directory, { recursive: true, force: true });
  };
  try {
    await child.start();
  } catch (error) {
    await remove();
    throw error;
  }
  return {
    broker,
    link,
    child,
    pump,
    directory,
    settled: async (n) => {
      for (let ms = 0; ms < PATIENCE_MS && kept(directory) < n; ms += POLL_MS) await sleep(POLL_MS);
    },
    remove,
  };
}
