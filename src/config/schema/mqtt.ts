import { z } from 'zod';
import * as v from './vocabulary.ts';

const { section, option, optional, duration } = v;

const tlsSchema = section({
  ca: optional(v.filePath(), 'Certificate authority to trust, a PEM file; default: those that Node trusts.'),
  cert: optional(v.filePath(), 'Client certificate, a PEM file; requires key.'),
  key: optional(v.filePath(), 'Private key of the client certificate, a PEM file.'),
  server_name: optional(v.text(), 'Name in the certificate of the broker, if it is not the host in url.'),
  reject_unauthorized: option(
    z.boolean(),
    true,
    'Whether a broker without a valid certificate is refused; false is for tests only.',
  ),
});

/** The connection to a broker: of a site, or of a hub. */
export const mqttSchema = section({
  url: v.brokerUrl().describe('The broker: mqtt://, mqtts://, ws:// or wss://, then host and port.'),
  username: optional(v.text(), 'User name at the broker.'),
  password: optional(v.text(), 'Password at the broker; !secret, !env and password_file keep it out of this file.'),
  password_file: optional(
    v.filePath(),
    'File with the password. If neither is given, $CREDENTIALS_DIRECTORY/mqtt-password is read if it exists.',
  ),
  client_id: option(
    v.text(),
    'zankyo-<site>',
    'MQTT client id, unique at the broker; <site> stands for the name of the site.',
  ),
  prefix: option(v.topicPrefix(), 'zankyo', 'First level or levels of all topics that zankyo publishes on.'),
  protocol: option(z.literal(['auto', 5, 4]), 'auto', 'MQTT version: 5, or 4 for 3.1.1; auto tries 5 first.'),
  keepalive: option(
    duration('0s', '18h'),
    '15s',
    'MQTT keep-alive interval; a lost connection is detected within 1.5 times this. 0s: off.',
  ),
  connect_timeout: option(duration('1s', '1h'), '10s', 'Time limit for an attempt to connect.'),
  tls: option(tlsSchema, {}, 'Certificates, for mqtts:// and wss://.'),
});
