import { z } from 'zod';
import { eventSchema, healthSchema, incidentSchema, stateSchema, statusSchema } from '../io/mqtt/messages.ts';
import { importSchema, learnedSchema } from '../io/mqtt/learned/chunk.ts';
import { webhookSchema } from '../io/notify/webhook-message.ts';
import { replySchema } from './commands/reply.ts';
import { commandSchema } from './commands/request.ts';

/** The form of the messages on a topic, or of a request. */
export interface Contract {
  /** None for a request over HTTP. `<prefix>` stands for one level or more, `<site>` and `<slug>` each for a name. */
  readonly topics: readonly string[];
  readonly title: string;
  readonly schema: z.ZodType;
  /** Who sends them: the service, or others to the service, which refuses a key that it does not know. */
  readonly from: 'service' | 'others';
}

const ofService = (title: string, schema: z.ZodType, ...topics: string[]): Contract => ({
  topics,
  title,
  schema,
  from: 'service',
});
const [site, series] = ['<prefix>/<site>', '<prefix>/<site>/series/<slug>'];

/**
 * Every topic that the service publishes or reads commands from, by the name of its JSON Schema. A new topic is added here, and a
 * new field to the schema of its topic; `npx vitest run test/app/contracts.test.ts -u` writes config/schemas/ anew.
 */
export const CONTRACTS = {
  status: ofService('status of the service', statusSchema, `${site}/status`),
  health: ofService('health of the service', healthSchema, `${site}/health`),
  state: ofService('state of a series or group', stateSchema, `${series}/state`),
  event: ofService('event of an episode, a new habit, or the return to a known level', eventSchema, `${series}/event`),
  incident: ofService('event of an incident', incidentSchema, `${site}/incident/event`),
  command: {
    topics: [`${site}/cmd`, `${series}/cmd`],
    title: 'command',
    schema: commandSchema,
    from: 'others',
  },
  reply: ofService('answer to a command', replySchema, `${site}/cmd/reply`, `${series}/cmd/reply`),
  learned: ofService('part of a file with a learned state', learnedSchema, `${site}/learned`),
  import: {
    topics: [`${site}/cmd/import`],
    title: 'part of a file for the command import',
    schema: importSchema,
    from: 'others',
  },
  webhook: ofService('body of a webhook', webhookSchema),
} as const satisfies Readonly<Record<string, Contract>>;

export type ContractName = keyof typeof CONTRACTS;

/**
 * The JSON Schema (draft 2020-12) of a contract. As published, a message of the service may have further fields, because a newer
 * release may add them; `closed` forbids that, for the tests.
 */
export function contractJsonSchema(name: ContractName, { closed = false } = {}): object {
  const { title, topics, schema, from }: Contract = CONTRACTS[name];
  const generated = z.toJSONSchema(schema, {
    io: from === 'others' ? 'input' : 'output',
    unrepresentable: 'any',
    override: ({ jsonSchema }) => {
      // `format` says it; the pattern is 300 characters.
      if (jsonSchema.format === 'date-time') delete jsonSchema.pattern;
      if (from === 'service' && !closed && jsonSchema.additionalProperties === false)
        delete jsonSchema.additionalProperties;
    },
  });
  return {
    $schema: generated.$schema,
    $id: `urn:zankyo:${name}:1`,
    title: `zankyo: ${title}, version 1`,
    ...(topics.length === 0 ? {} : { $comment: `Topic: ${topics.join(' and ')}` }),
    ...generated,
  };
}
