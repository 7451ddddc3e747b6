import { expect, test } from 'vitest';
import { commandSchema } from '../../../src/app/commands/request.ts';
import { COMMANDS } from '../../../src/cli/commands/cmd.ts';
import { SCHEMAS } from '../../../src/cli/commands/schema.ts';
import { CONTRACT_NAMES } from '../../contracts.ts';

test('`zankyo schema` prints the site file and every contract', () => {
  expect(SCHEMAS).toEqual(['site', ...CONTRACT_NAMES]);
});

test('`zankyo cmd` has every command but those that carry files, which `zankyo export` and `zankyo import` do here', () => {
  const all = commandSchema.options.map(({ shape }) => shape.command.value);
  expect(COMMANDS).toEqual(all.filter((name) => name !== 'export' && name !== 'import'));
});
