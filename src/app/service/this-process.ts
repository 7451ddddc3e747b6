import type { Processor } from '../pipeline/overload-control.ts';

/** The load of this process, as the share of time in which its event loop is busy. */
export const thisProcess = (): Processor => {
  let before = performance.eventLoopUtilization();
  return {
    uptime: () => performance.now(),
    utilisation: () => {
      const { utilization } = performance.eventLoopUtilization(before);
      before = performance.eventLoopUtilization();
      return utilization;
    },
  };
};
