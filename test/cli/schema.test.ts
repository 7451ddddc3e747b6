import { expect, test } from 'vitest';
import { SCHEMAS } from '../../src/cli/commands/schema.ts';
import { CONTRACT_NAMES } from '../contracts.ts';

test('`zankyo schema` prints the site file and every contract', () => {
  expect(SCHEMAS).toEqual(['site', ...CONTRACT_NAMES]);
});
