import type { ErrorCode } from '../errors.ts';

/** As in sysexits.h, so that systemd and scripts can distinguish a wrong file from an unreachable broker. See docs/exit-codes.md. */
export const EXIT = {
  ok: 0,
  failure: 1,
  usage: 64,
  refused: 65,
  noInput: 66,
  unavailable: 69,
  waiting: 75,
  config: 78,
} as const;

const EXIT_OF: Readonly<Partial<Record<ErrorCode, number>>> = {
  usage: EXIT.usage,
  config_unreadable: EXIT.config,
  config_invalid: EXIT.config,
  secret_missing: EXIT.config,
  recording_unreadable: EXIT.noInput,
  weights_unreadable: EXIT.noInput,
  stream_unknown: EXIT.noInput,
  nothing_discovered: EXIT.noInput,
  stream_file_unreadable: EXIT.noInput,
  broker_unavailable: EXIT.unavailable,
  publishing_refused: EXIT.unavailable,
  cluster_unavailable: EXIT.unavailable,
  cluster_mismatch: EXIT.config,
};

export const exitCodeOf = (code: ErrorCode): number => EXIT_OF[code] ?? EXIT.failure;
