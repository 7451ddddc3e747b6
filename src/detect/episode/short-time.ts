/** 2026-11-23 08:15, in UTC. */
export const shortTime = (at: number): string => new Date(at).toISOString().slice(0, 16).replace('T', ' ');
