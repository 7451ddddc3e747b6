import type { CommandBody, CommandReply } from '../app/dashboard/contract.ts';
import { ApiError, command } from './api.ts';

/** The answer to the last command, as the foot of the page shows it. */
export interface Said {
  readonly text: string;
  readonly refused: boolean;
  /** Id of the command, where it can be undone. */
  readonly undo: string | null;
}

type Watcher = (said: Said | null) => void;

let watcher: Watcher = () => undefined;
let last: Said | null = null;

const say = (said: Said | null): void => {
  last = said;
  watcher(said);
};

/** The shell shows the last message. */
export const onSaid = (call: Watcher): void => {
  watcher = call;
};

/** Sends a command and shows its answer. Null: it got none. */
export const act = async (body: CommandBody): Promise<CommandReply | null> => {
  try {
    const reply = await command(body);
    say({ text: reply.text, refused: reply.status === 'refused', undo: reply.undo ? reply.id : null });
    return reply;
  } catch (error) {
    say({ text: error instanceof ApiError ? error.message : String(error), refused: true, undo: null });
    return null;
  }
};

/** Shows a sentence of the page itself in the same place. */
export const tell = (text: string, refused = false): void => {
  say({ text, refused, undo: null });
};

/** Takes the last command back. */
export const undoLast = async (): Promise<void> => {
  if (last?.undo == null) tell('There is nothing to undo on this page.', true);
  else await act({ command: 'undo', of: last.undo });
};

export const dismiss = (): void => {
  say(null);
};
