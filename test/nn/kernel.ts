import { loadKernel } from '../../src/io/files/kernel-file.ts';

/** The SIMD kernel as built, one for all tests of a file. */
export const kernel = loadKernel();
/** Both arithmetics a core comes in. */
export const ARITHMETICS = [
  { arithmetic: 'Float64', kernel: null },
  { arithmetic: 'SIMD', kernel },
] as const;
