import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { AppError } from '../../errors.ts';
import { Kernel } from '../../nn/kernel.ts';

/** Where `npm run build` puts it, seen from src/io and from dist/io alike. */
export const KERNEL_FILE = fileURLToPath(new URL('../../../dist/kernel.wasm', import.meta.url));

/**
 * The SIMD kernel, from its file. Throws an AppError, `kernel_missing` when there is no file and `kernel_unusable` when this
 * machine cannot run it: no WebAssembly, no SIMD, or a damaged file.
 */
export function loadKernel(file = KERNEL_FILE): Kernel {
  let wasm: Uint8Array;
  try {
    wasm = readFileSync(file);
  } catch (cause) {
    throw new AppError('kernel_missing', `${file}: cannot be read; npm run build makes it`, { cause });
  }
  try {
    return new Kernel(wasm);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new AppError('kernel_unusable', `${file}: this machine cannot run it: ${why}`, { cause });
  }
}
