import { expect, test } from 'vitest';
import { NetworkEventLog } from '../../../../src/app/pipeline/log/network-event-log.ts';
import { StreamMonitor } from '../../../../src/detect/stream-monitor.ts';
import { DEFAULTS } from '../../../detect/options.ts';

test('an overflow is logged once, and events of an earlier run are not logged', () => {
  const lines: unknown[] = [];
  const make = () => {
    const series = { slug: 'pump', unit: '', range: null, only: 'both' } as const;
    const monitor = new StreamMonitor('pump', [series], DEFAULTS, () => undefined);
    return { monitor, network: monitor.detector.forecaster!.network };
  };
  const eventLog = new NetworkEventLog((level, fields, message) => lines.push([level, fields, message]));
  const { monitor, network } = make();
  eventLog.check(monitor);
  expect(lines).toEqual([]);

  const theta = new Float64Array(network.core.parameterCount).fill(NaN);
  network.core.write(theta);
  network.advance(new Float64Array(network.options.inputSize));
  eventLog.check(monitor);
  eventLog.check(monitor);
  const message = 'numbers of the network overflowed; restored its last good weights';
  expect(lines).toEqual([['warn', { stream: 'pump', event: 'rollBacks', times: 1 }, message]]);

  const later = make();
  later.monitor.restore(monitor.memory.toBytes());
  eventLog.check(later.monitor);
  expect(later.network.count('rollBacks')).toBe(1);
  expect(lines).toHaveLength(1);
});
