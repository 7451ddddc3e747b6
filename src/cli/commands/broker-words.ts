import type { Command } from 'commander';

/** How a broker is named on the command line. */
export interface BrokerCommandOptions {
  readonly username?: string | undefined;
  readonly passwordFile?: string;
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly serverName?: string;
}

/** The environment variable with the password of the broker. */
export const PASSWORD_VARIABLE = 'ZANKYO_MQTT_PASSWORD';

export const withBrokerOptions = (command: Command): Command =>
  command
    .option('--username <name>', 'user name at the broker')
    .option('--password-file <file>', `file with the password (else $${PASSWORD_VARIABLE})`)
    .option('--ca <file>', 'certificate authority of the broker, a PEM file')
    .option('--cert <file>', 'client certificate, a PEM file; requires --key')
    .option('--key <file>', 'private key of the client certificate, a PEM file')
    .option('--server-name <name>', 'name in the certificate of the broker, if it is not its address');
