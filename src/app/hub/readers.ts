import { z } from 'zod';
import { eventSchema, healthSchema, incidentSchema, stateSchema, statusSchema } from '../../io/mqtt/messages.ts';
import { replySchema } from '../commands/reply.ts';

/*
 * Messages of sites, which may be newer than the hub: a field that it does not know is left out. A site that is older may lack a field
 * that came later, so that only those are asked for that the hub stores.
 */
const health = z.object(
  healthSchema.pick({
    ...{ version: true, at: true, alarms: true, streams: true, learning: true },
    ...{ workers: true, expire_after: true },
  }).shape,
);
const state = z.object(
  stateSchema.pick({
    at: true,
    phase: true,
    value: true,
    expected: true,
    score: true,
    unit: true,
    label: true,
    anomaly: true,
  }).shape,
);
const incident = z.object(incidentSchema.shape);
const reply = z.object(replySchema.shape);
const [episodeSchema] = eventSchema.options;
const episode = z.object(
  episodeSchema.omit({ contributions: true, evidence: true, gap: true, held_until: true, cool_down_until: true }).shape,
);
/** Habits and modes have no alarm. */
const other = z.object({ event_type: z.enum(['habit', 'mode']) });

export const READERS = {
  status: statusSchema,
  health,
  state,
  incident,
  reply,
  event: z.union([episode, other]),
} as const;

export type StateRow = z.output<typeof state>;
export type EpisodeRow = z.output<typeof episode>;
export type IncidentRow = z.output<typeof incident>;
export type HealthRow = z.output<typeof health>;
export type ReplyRow = z.output<typeof reply>;
