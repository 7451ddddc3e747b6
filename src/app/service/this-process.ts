import type { Processor } from '../pipeline/load/overload-control.ts';

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

/** CPU time of this thread, ms; before Node 23.9 of the process, whose other threads compile and collect garbage. */
const cpuMs = (): number => {
  const newer = process as { threadCpuUsage?: () => NodeJS.CpuUsage };
  const { user, system } = newer.threadCpuUsage?.() ?? process.cpuUsage();
  return (user + system) / 1000;
};

/**
 * Share of the time since the last call in which this thread was at work on a core. While it waits for a core that other programs use, or
 * for the disk, its event loop is busy, but more threads would have to wait as well.
 */
export const workOfThread = (): (() => number) => {
  const { uptime, utilisation } = thisProcess();
  let before = { at: uptime(), cpu: cpuMs() };
  return () => {
    const now = { at: uptime(), cpu: cpuMs() };
    const share = (now.cpu - before.cpu) / (now.at - before.at);
    before = now;
    return Math.min(share, utilisation());
  };
};
