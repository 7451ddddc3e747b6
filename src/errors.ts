/** What an operator can act on. The code is stable: exit codes, tests and documentation refer to it. */
export type ErrorCode =
  | 'usage'
  | 'config_unreadable'
  | 'config_invalid'
  | 'secret_missing'
  | 'broker_unavailable'
  | 'publishing_refused'
  | 'cluster_unavailable'
  | 'cluster_mismatch'
  | 'nothing_discovered'
  | 'database_unusable'
  | 'database_damaged'
  | 'backup_failed'
  | 'token_unwritable'
  | 'snapshot_damaged'
  | 'snapshot_refused'
  | 'recording_unreadable'
  | 'worker_lost'
  | 'kernel_missing'
  | 'kernel_unusable'
  | 'stream_unknown'
  | 'stream_file_unreadable'
  | 'restore_failed'
  | 'weights_unreadable';

/** A failure someone can act on: the message names the file, the key and what would be right. */
export class AppError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'AppError';
    this.code = code;
  }
}
