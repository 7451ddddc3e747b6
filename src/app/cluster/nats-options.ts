import type { ClusterOptions } from '../../config/schema/cluster.ts';
import type { NatsOptions } from '../../io/nats/connection.ts';

/** How a program of a cluster connects; `name`: as the server lists it. */
export const natsOptionsOf = (
  { servers, username, password, credentials, tls, domain }: ClusterOptions,
  name: string,
): Omit<NatsOptions, 'log'> => ({
  ...{ servers, username, password, credentials, tls, domain },
  name: `zankyo ${name}`,
});
