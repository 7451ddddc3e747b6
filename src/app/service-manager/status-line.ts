import type { StreamsByPhase } from '../../stream/health.ts';
import type { Seen } from './service-manager.ts';

/** What the line "Status:" of systemctl is made of, for a service of one site. */
export interface ServiceStatus extends Seen {
  /** Null while connected; else why not. */
  readonly offline: string | null;
  readonly streams: StreamsByPhase;
  /** Open alarms. */
  readonly alarms: number;
  /** Problems of the service, as the log has them. */
  readonly problems: readonly { readonly code: string; readonly subject: string | null }[];
}

/** systemctl shows the line in one piece; a reason or a topic may be long. */
const MAX_LENGTH = 400;

const count = (n: number, one: string, more = `${one}s`): string => `${n} ${n === 1 ? one : more}`;

/** One line: what the service does, its streams by phase, the open alarms, then the problems. */
export function statusLine(status: ServiceStatus): string {
  const { offline, listening, refused, streams, alarms, problems, mistake } = status;
  const doing = offline !== null ? 'Waiting for the broker' : listening ? 'Listening' : 'Connecting to the broker';
  const wrong = [
    ...(offline === null ? [] : [offline]),
    ...(refused.length === 0 ? [] : [`The broker refuses ${refused.join(', ')}`]),
    ...(problems.length === 0 ? [] : [`${count(problems.length, 'problem')}: ${problems.map(nameOf).join(', ')}`]),
    ...(mistake === null ? [] : [`Site file not reloaded: ${mistake}`]),
  ];
  const line = [
    `${doing}: ${streamsOf(streams)}, ${alarms === 0 ? 'no open alarm' : count(alarms, 'open alarm')}`,
    ...wrong,
  ].join('. ');
  return line.length > MAX_LENGTH ? `${line.slice(0, MAX_LENGTH - 1)}…` : line;
}

const nameOf = ({ code, subject }: ServiceStatus['problems'][number]): string =>
  subject === null ? code : `${code} (${subject})`;

function streamsOf({ learning, ready, silent }: StreamsByPhase): string {
  const all = learning + ready + silent;
  if (all === 0) return 'no streams yet';
  const phases = [
    ...(ready === 0 ? [] : [`${ready} ready`]),
    ...(learning === 0 ? [] : [`${learning} in warm-up`]),
    ...(silent === 0 ? [] : [`${silent} silent`]),
  ];
  return `${count(all, 'stream')} (${phases.join(', ')})`;
}
