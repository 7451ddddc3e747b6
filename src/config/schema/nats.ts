import { z } from 'zod';
import { CERTIFICATES, placedFiles } from '../placed-files.ts';
import * as v from './vocabulary.ts';

const tlsSchema = v.section({
  ca: v.optional(v.filePath(), 'Certificate authority of the NATS servers to trust, a PEM file.'),
  cert: v.optional(v.filePath(), 'Client certificate for the NATS servers, a PEM file; requires key.'),
  key: v.optional(v.filePath(), 'Private key of that client certificate, a PEM file.'),
});

/** How to connect to NATS JetStream: `cluster` of a site file has these options too. */
export const natsShape = {
  servers: z
    .array(v.natsUrl())
    .min(1, { error: 'expected at least one server' })
    .describe('NATS servers with JetStream, for example nats://10.0.0.5:4222; several for failover.'),
  username: v.optional(v.text(), 'User name at the NATS servers.'),
  password: v.optional(v.text(), 'Password at the NATS servers; best as !secret name or !env NAME.'),
  credentials: v.optional(
    v.filePath(),
    'Credentials file (.creds) for the NATS servers, instead of user name and password.',
  ),
  tls: v.option(tlsSchema, {}, 'Certificates for the NATS servers.'),
  domain: v.optional(v.text(), 'JetStream domain of the streams, where the servers have several.'),
};

export const natsSchema = v.section(natsShape);

export type NatsSettings = z.output<typeof natsSchema>;

/** The files relative to that of the options. */
export function placedNats<Settings extends NatsSettings>(settings: Settings, directory: string): Settings {
  const { tls } = settings;
  return { ...placedFiles(settings, ['credentials'], directory), tls: placedFiles(tls, CERTIFICATES, directory) };
}
