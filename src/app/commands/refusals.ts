/** Largest request, bytes; the longest valid one has about 1,000. */
export const MAX_REQUEST_BYTES = 4096;

/** Why a command was refused: the stable name and a sentence for the operator. None repeats text of the request. */
export const REFUSALS = {
  too_large: 'The request is larger than 4 KiB.',
  not_json: 'The request is not JSON in UTF-8.',
  not_a_command: 'The request is not a command.',
  other_site: 'The request names another site.',
  retained: 'The message is retained: it would be carried out again at each start. Publish it without the retain flag.',
  too_many: 'Too many commands: after a burst of 20, one a second is carried out.',
  busy: 'Too many commands wait for the database. Try again later.',
  id_used: 'Another request had this id. Use a new id for each request.',

  series_needed:
    'The command needs a series or group; only mute, unmute, freeze, resume and undo can be about the whole site.',
  series_mismatch: 'The request names another series than its topic, or than the alarm that it names.',
  unknown_series: 'No series or group of this name has sent a reading.',
  unknown_event: 'No alarm or habit with this id is stored.',
  no_event: 'The series has had no alarm.',
  not_remembered:
    'The event is not remembered: too many others came since, nothing was learned then, or anomalies are absorbed (on_anomaly).',
  sensor_fault: 'A sensor fault ends with a valid reading. Correct its limits in the site file, or mute the series.',
  bad_range: 'The time range ends before it begins, or begins in the future.',
  no_state: 'No saved state of this stream is older than that. Use reset to delete everything that it learned.',

  unknown_command: 'No command with this id was carried out.',
  already_undone: 'The command was undone before.',
  not_undoable: 'This command cannot be undone.',
  state_gone:
    'The state before the command is no longer stored (only the last three such commands of a stream keep theirs), or does not fit this version or site file.',
  site_only: 'The command is for the whole site: it names no series, and comes on the topic of the site.',
  no_site_file: 'This service has no site file to read again.',
  site_file_wrong: 'The site file has mistakes and is not in force; the one before stays.',

  no_transfer: 'This service neither sends nor accepts learned states over MQTT: set commands.mqtt.',
  transfer_running: 'Another file is being sent or received. Try again when it is done.',
  too_much: 'That is too much for one request. Name fewer streams.',
  no_file: 'A file comes in parts, on the topic cmd/import of the site.',
  part_wrong: 'A message is not a part of a file, belongs to another file, or is larger than 64 KiB.',
  incomplete: 'Parts of the file are missing: none has arrived for 30 s. Send the file again.',
  checksum_wrong: 'The checksum of the file differs from that of the sender. Send it again.',
  file_wrong: 'The file has no learned state that fits.',
  has_learned:
    'The warm-up of the stream is over, so it has a learned state of its own. Set replace: true to replace it.',
  failed: 'Internal error; the log has the cause.',
} as const;

export type RefusalCode = keyof typeof REFUSALS;

export interface Refused {
  readonly code: RefusalCode;
  readonly text: string;
}

export const refuse = (code: RefusalCode, text: string = REFUSALS[code]): Refused => ({ code, text });

export const isRefused = (result: object): result is Refused => 'code' in result;
