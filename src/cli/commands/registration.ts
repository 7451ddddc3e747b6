import { InvalidArgumentError, type Command } from 'commander';

/** What a command needs from the program that runs it. */
export interface Cli {
  readonly version: string;
  /** Sets the exit code of the program. */
  readonly exits: (code: number) => void;
}

/**
 * Adds one command, or a group of them, to the program. The code of a command is loaded when it is called (`await import`), so
 * that the service on a Pi does not load the broker of the demo.
 */
export type Register = (program: Command, cli: Cli) => void;

/** Headings of `zankyo --help`, in their order. */
export const GROUPS = {
  begin: 'To begin:',
  service: 'The service:',
  look: 'To look at a site:',
  answer: 'To answer alerts:',
  keep: 'To keep and move learned state:',
  recordings: 'Recordings:',
  help: 'This program:',
} as const;

export const wholeNumber = (text: string): number => {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('Expected a whole number.');
  return Number(text);
};

export const positiveNumber = (text: string): number => {
  const value = Number(text);
  if (!(value > 0 && Number.isFinite(value))) throw new InvalidArgumentError('Expected a number above 0.');
  return value;
};

/** The options of every command that reads the database of a site. */
export const withDatabase = (command: Command): Command =>
  command
    .option('-c, --config <file>', 'the site file that names the database')
    .option('--database <file>', 'the database itself');
