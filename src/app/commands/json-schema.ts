import { z } from 'zod';
import { replySchema } from './reply.ts';
import { commandSchema } from './request.ts';

/** Commands and their answers, version 1, as JSON Schema (draft 2020-12): for other programs, and for docs. */
export const commandJsonSchema = (): object => ({
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'zankyo commands, schema 1',
  $defs: {
    command: without$Schema(z.toJSONSchema(commandSchema, { io: 'input', unrepresentable: 'any' })),
    reply: without$Schema(z.toJSONSchema(replySchema)),
  },
});

const without$Schema = (schema: object): object => ({ ...schema, $schema: undefined });
