import { kernelOrNull } from '../app/kernel.ts';
import { exportStream, importStream, type Moved } from '../app/weights.ts';
import { loadSite } from '../config/load.ts';
import { shortTime } from '../detect/episode/short-time.ts';
import { EXIT } from './exit-codes.ts';
import { noteTo, openLog } from './log.ts';

/** `zankyo weights export STREAM`: what its network has learned, as a file that PyTorch reads. */
export function exportCommand(stream: string, { config, out }: { config: string; out: string }): number {
  const { site } = loadSite(config);
  const moved = exportStream(site, stream, out, kernelOrNull(noteTo(openLog('warn'))));
  console.log(`${out}: ${said(moved)}, as ${stream} had learned them by ${shortTime(moved.savedAt!)} (UTC).`);
  return EXIT.ok;
}

/** `zankyo weights import STREAM FILE`: the stream goes on with these weights. */
export function importCommand(stream: string, file: string, { config }: { config: string }): number {
  const { site } = loadSite(config);
  const log = noteTo(openLog('warn'));
  const moved = importStream(site, stream, file, { kernel: kernelOrNull(log), log, now: Date.now() });
  const how = moved.savedAt === null ? 'begins with them and still warms up' : 'goes on with them';
  console.log(`${site.database}: ${said(moved)} from ${file}; ${stream} ${how} at the next start.`);
  return EXIT.ok;
}

const said = ({ network, parameters }: Moved): string => `${parameters} weights of a network: ${network}`;
