import { z } from 'zod';
import { option } from './vocabulary.ts';

/** `storage` of a site file. */
export const storageSchema = option(
  z.enum(['normal', 'gentle']),
  'normal',
  'How often the disk is written. `gentle` is for an SD card: commit.every is 5m and snapshots.every 12h, where they are not given. A power failure then loses QoS 0 messages of 5 minutes; no QoS 1 message is lost in either case.',
);

/** Options of a section in the file, where it does not give them. */
type Defaults = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

const GENTLE: Defaults = { commit: { every: '5m' }, snapshots: { every: '12h' } };
/** The memory of a small machine is smaller than its card. */
const IN_MEMORY: Defaults = { history: { max_megabytes: 64 } };

/** The file, as plain data, with the defaults that follow from `storage` and `history.storage`. An option that is given stays. */
export function withStorageDefaults(data: unknown): unknown {
  if (!isSection(data)) return data;
  const { storage, history } = data;
  const gentle = storage === 'gentle' ? filled(data, GENTLE) : data;
  return isSection(history) && history['storage'] === 'memory' ? filled(gentle, IN_MEMORY) : gentle;
}

const isSection = (data: unknown): data is Readonly<Record<string, unknown>> =>
  typeof data === 'object' && data !== null && !Array.isArray(data);

/** A section that is no section is left as it is: the schema refuses it. */
const filled = (data: Readonly<Record<string, unknown>>, defaults: Defaults): Readonly<Record<string, unknown>> => ({
  ...data,
  ...Object.fromEntries(
    Object.entries(defaults)
      .map(([key, options]) => [key, options, data[key] ?? {}] as const)
      .filter(([, , given]) => isSection(given))
      .map(([key, options, given]) => [key, { ...options, ...given }]),
  ),
});
