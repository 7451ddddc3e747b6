import type { ServiceManagerOptions } from '../service-manager/service-manager.ts';

/** A hub has no journal to read at its start and saves nothing at its stop. */
export const OF_A_HUB: ServiceManagerOptions = { startLookMs: null, feeds: null, longStop: null };

export interface HubStatus {
  readonly connected: boolean;
  readonly writable: boolean;
  readonly sites: number;
}

/** One line: what the hub does, for how many sites, and whether it can store. */
export function hubStatusLine({ connected, writable, sites }: HubStatus): string {
  const doing = connected ? 'Listening' : 'Waiting for the broker';
  const database = writable ? '' : '. The database cannot be written';
  return `${doing}: ${sites} ${sites === 1 ? 'site' : 'sites'}${database}`;
}
