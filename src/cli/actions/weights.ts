import { kernelOrNull } from '../../app/kernel.ts';
import { exportStream, importStream, type Moved } from '../../app/weights.ts';
import { shortTime } from '../../detect/episode/short-time.ts';
import { EXIT } from '../exit-codes.ts';
import { jsonLine } from '../terminal/format.ts';
import { logTo, openLog } from '../terminal/log.ts';
import { loadServiceSite } from '../service-site.ts';

export interface WeightsOptions {
  readonly config: string;
  readonly json: boolean;
}

/** `zankyo weights export STREAM`: writes the weights of its network to a file that PyTorch can read. */
export function exportCommand(stream: string, { config, out, json }: WeightsOptions & { out: string }): number {
  const site = loadServiceSite(config);
  const moved = exportStream(site, stream, out, kernelOrNull(logTo(openLog('warn'))));
  if (json) console.log(jsonLine({ schema: 1, file: out, stream, ...about(moved) }));
  else console.log(`${out}: ${said(moved)}; state of ${stream} at ${shortTime(moved.savedAt!)} UTC.`);
  return EXIT.ok;
}

/** `zankyo weights import STREAM FILE`: replaces the weights of the stream's network. */
export function importCommand(stream: string, file: string, { config, json }: WeightsOptions): number {
  const site = loadServiceSite(config);
  const log = logTo(openLog('warn'));
  const moved = importStream(site, stream, file, { kernel: kernelOrNull(log), log, now: Date.now() });
  if (json) {
    console.log(jsonLine({ schema: 1, file, stream, database: site.database, ...about(moved) }));
    return EXIT.ok;
  }
  const how = moved.savedAt === null ? 'warms up with them' : 'uses them';
  console.log(`${site.database}: ${said(moved)} from ${file}; ${stream} ${how} at the next start.`);
  return EXIT.ok;
}

const about = ({ network, parameters, savedAt }: Moved) => ({
  network,
  parameters,
  saved_at: savedAt === null ? null : new Date(savedAt).toISOString(),
});

const said = ({ network, parameters }: Moved): string => `${parameters} weights of a network: ${network}`;
