import { AppError } from '../errors.ts';
import { loadKernel } from '../io/files/kernel-file.ts';
import type { Kernel } from '../nn/kernel.ts';
import type { Log } from '../log.ts';

/** The consequence of a missing kernel. */
export const WITHOUT_KERNEL = 'networks run in Float64 instead of SIMD, 10 to 25 times slower';

/**
 * The SIMD kernel, to be loaded once per process; null, with one warning, where it cannot be loaded. `file`: by default the
 * one that the build made.
 */
export function kernelOrNull(log: Log, file?: string): Kernel | null {
  try {
    return loadKernel(file);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    log('warn', { code: error.code }, `${error.message}; ${WITHOUT_KERNEL}`);
    return null;
  }
}
