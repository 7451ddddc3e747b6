import { expect, test } from 'vitest';
import { monitorOptions } from '../../src/app/pipeline/monitor-options.ts';
import { tuningSchema } from '../../src/config/tuning-schema.ts';
import { DEFAULTS } from './options.ts';

test('what these tests call the defaults is what the configuration calls so', () => {
  expect(monitorOptions(tuningSchema.parse({}), null)).toMatchObject(DEFAULTS);
});
