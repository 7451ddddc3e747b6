import { z } from 'zod';

/** The body of a webhook without a template of its own, version 1: its JSON Schema is in config/schemas/. */
export const webhookSchema = z.strictObject({
  schema: z.literal(1).describe('Version of this form.'),
  event: z.enum(['opened', 'updated', 'ended', 'habit', 'health', 'test', 'answer']),
  id: z.string().describe('Of this message; the same when it is sent again.'),
  thread: z.string().nullable().describe('The incident or alarm that further messages belong to.'),
  severity: z.enum(['minor', 'major', 'critical']).nullable(),
  title: z.string(),
  text: z.string(),
  at: z.iso.datetime({ precision: 3 }),
  site: z.string(),
  series: z.array(z.string()),
  label: z.string().nullable().describe('Display name of the series.'),
  value: z.number().nullable(),
  expected: z.number().nullable(),
  unit: z.string(),
  score: z.number().nullable(),
  alarm: z.string().nullable().describe('The alarm or habit that a command can answer.'),
  incident: z.string().nullable(),
});

export type WebhookMessage = z.output<typeof webhookSchema>;
