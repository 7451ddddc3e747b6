import { expect, test } from 'vitest';
import { commandSchema } from '../../src/app/commands/request.ts';
import { COMMANDS } from '../../src/cli/commands/cmd.ts';
import { SCHEMAS } from '../../src/cli/commands/schema.ts';
import { CONTRACT_NAMES } from '../contracts.ts';

test('`zankyo schema` prints the site file and every contract', () => {
  expect(SCHEMAS).toEqual(['site', ...CONTRACT_NAMES]);
});

test('`zankyo cmd` has every command', () => {
  expect(COMMANDS).toEqual(commandSchema.options.map(({ shape }) => shape.command.value));
});
