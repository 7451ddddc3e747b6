/** A log line: an event with fields. pino takes it in the service; a test may just keep it. */
export type Log = (
  level: 'info' | 'warn' | 'error',
  fields: Readonly<Record<string, unknown>>,
  message: string,
) => void;
