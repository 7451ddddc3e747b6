import { expect, test } from 'vitest';
import { monitorOptions } from '../../src/app/pipeline/monitor-options.ts';
import { tuningSchema } from '../../src/config/schema/tuning.ts';
import { DEFAULTS } from './options.ts';

test('the default options of these tests are those of the configuration', () => {
  expect(monitorOptions(tuningSchema.parse({}), null)).toMatchObject(DEFAULTS);
});
