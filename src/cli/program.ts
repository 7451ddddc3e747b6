import { Command } from 'commander';
import { registerBackup } from './commands/backup.ts';
import { registerCmd } from './commands/cmd.ts';
import { registerCompletion } from './commands/completion.ts';
import { registerDemo } from './commands/demo.ts';
import { registerDiscover } from './commands/discover.ts';
import { registerDoctor } from './commands/doctor.ts';
import { registerHub } from './commands/hub.ts';
import { registerInit } from './commands/init.ts';
import { registerLabel } from './commands/label.ts';
import { registerLists } from './commands/lists.ts';
import { registerMaintenance } from './commands/maintenance.ts';
import { registerMigrate } from './commands/migrate.ts';
import { registerNotify } from './commands/notify.ts';
import { registerRecordings } from './commands/recordings.ts';
import { GROUPS, type Cli } from './commands/registration.ts';
import { registerSchema } from './commands/schema.ts';
import { registerService } from './commands/service.ts';
import { registerStatus } from './commands/status.ts';
import { registerSupport } from './commands/support.ts';
import { registerToken } from './commands/token.ts';
import { registerTransfer } from './commands/transfer.ts';
import { registerWeights } from './commands/weights.ts';

/** In the order of `zankyo --help`, inside each heading. */
const REGISTRATIONS = [
  registerInit,
  registerDiscover,
  registerDemo,
  registerService,
  registerHub,
  registerMigrate,
  registerToken,
  registerDoctor,
  registerSupport,
  registerNotify,
  registerStatus,
  registerLists,
  registerMaintenance,
  registerCmd,
  registerLabel,
  registerBackup,
  registerTransfer,
  registerWeights,
  registerRecordings,
  registerSchema,
  registerCompletion,
];

/** The tree of commands with their options. Only words: the code of a command is loaded when it is called. */
export function buildProgram(cli: Cli): Command {
  const program = new Command('zankyo')
    .description(
      'Detects anomalies in sensor readings. It learns online from each MQTT message and publishes alerts over MQTT.',
    )
    .version(cli.version)
    .showHelpAfterError('(zankyo --help lists the commands)')
    .exitOverride();
  for (const register of REGISTRATIONS) register(program, cli);
  return program.commandsGroup(GROUPS.help).helpCommand('help [command]', 'explain a command');
}
