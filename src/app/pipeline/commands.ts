import { ignoreElements, tap, type Observable } from 'rxjs';
import type { CommandPort } from '../../stream/ports/ports.ts';
import { CommandDesk } from '../commands/desk.ts';
import type { PipelineParts } from './parts.ts';

/**
 * Carries out the commands of the operator. A command comes between two readings. It does not set the time: the time without messages
 * before the first connection is downtime, whether there were commands or not.
 */
export const commandsOf = (port: CommandPort, parts: PipelineParts): Observable<never> => {
  const { site, ports, log, tallies, time, streams, mutes, freezes, states, alertPublisher } = parts;
  const desk = new CommandDesk({
    site: site.site,
    streams,
    mutes,
    freezes,
    log: port.log,
    snapshots: ports.snapshots,
    anomalyLog: ports.anomalyLog,
    ledger: ports.ledger,
    appLog: log,
    reload: port.reload,
    learned: port.learned,
    counts: tallies.commands,
    releaseAlerts: (at) => {
      alertPublisher.release(at);
    },
    onChanged: (monitors, at) => {
      for (const { status } of monitors) if (status.samples > 0) states.publish(status, at);
    },
  });
  return port.requests$.pipe(
    tap((request) => {
      time.commandAt = Math.max(time.now, request.at);
      desk.take(request, time.commandAt);
    }),
    ignoreElements(),
  );
};
