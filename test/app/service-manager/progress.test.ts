import { expect, test } from 'vitest';
import { Progress } from '../../../src/app/service-manager/progress.ts';

test('progress: something has passed since the last progress, and no transaction is late', () => {
  const at = { passed: 0, late: 0 };
  const progress = new Progress({ passed: () => at.passed, commitLateMs: () => at.late });
  expect(progress.made()).toBe(true); // the start
  expect(progress.made()).toBe(false);
  at.passed++;
  expect(progress.made()).toBe(true);
  at.passed += 100;
  at.late = 15_001;
  expect(progress.made()).toBe(false);
  at.late = 15_000;
  expect(progress.made()).toBe(true);
  expect(progress.made()).toBe(false);
});
