import { answer, missed } from './actions/answer.ts';
import { freeze, resume } from './actions/freeze.ts';
import { accept, forget, reset, setSensitivity } from './actions/learned.ts';
import { exportStreams, importStream } from './actions/transfer.ts';
import { mute } from './actions/mute.ts';
import { undo } from './actions/undo.ts';
import { refuse, type Refused } from './refusals.ts';
import type { Command } from './request.ts';
import { targetOf, type CommandWorld, type Done } from './world.ts';

/**
 * Carries out a command, at a place between two readings. A change of a stream is made at once and recorded in the journal; the database is
 * written by the tasks of the answer. A refused command has changed nothing. `id`: of the request. `at`: now, epoch ms. `file`: of an
 * import.
 */
export function execute(
  world: CommandWorld,
  command: Command,
  { id, at, file }: { readonly id: string; readonly at: number; readonly file?: Uint8Array | undefined },
): Done | Refused {
  const moment = { id, at };
  if (command.command === 'undo') return undo(world, command.of, moment);
  if (command.command === 'reload') return command.series === undefined ? reload(world) : refuse('site_only');
  if (command.command === 'normal' || command.command === 'fault') return answer(world, command, moment);
  const target = command.series === undefined ? null : targetOf(world, command.series);
  if (command.series !== undefined && target === null) return refuse('unknown_series');
  switch (command.command) {
    case 'export':
      return exportStreams(world, target, command.streams, moment);
    case 'mute':
      return mute(world, target, at, at + command.for);
    case 'unmute':
      return mute(world, target, at, null);
    case 'freeze':
      return freeze(world, target, at, command.for === undefined ? null : at + command.for);
    case 'resume':
      return resume(world, target, at);
  }
  if (target === null) return refuse('series_needed');
  switch (command.command) {
    case 'missed':
      return missed(world, command, target, moment);
    case 'import':
      return importStream(world, target, { ...command, file }, moment);
    case 'accept':
      return accept(world, target, moment);
    case 'reset':
      return reset(world, target, moment);
    case 'forget':
      return forget(world, target, command.since, moment);
    case 'sensitivity':
      return setSensitivity(world, target, command.value, at);
  }
}

function reload(world: CommandWorld): Done | Refused {
  const said = world.reload?.();
  if (said === undefined) return refuse('no_site_file');
  if (!said.ok) return refuse('site_file_wrong', said.text);
  return { text: said.text, undo: null, series: null, monitors: [], tasks: [] };
}
