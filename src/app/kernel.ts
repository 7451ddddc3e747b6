import { AppError } from '../errors.ts';
import { loadKernel } from '../io/files/kernel-file.ts';
import type { Kernel } from '../nn/kernel.ts';
import type { Log } from '../log.ts';

/** What is lost without the kernel. */
export const WITHOUT_KERNEL = 'networks run in Float64 instead, about 10 to 25 times slower';

/**
 * The SIMD kernel, to be loaded once a process; null where it cannot be, with one warning that says so. `file` is the one
 * that was built unless told otherwise.
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
