// Other values for the constants of the detector, in a benchmark.

/**
 * Assigns each NAME=VALUE to the constants of src/detect/constants.ts. The files of the detector take their constants when they are
 * loaded, so this comes before their import. Throws a RangeError for an unknown name or a value that is no number.
 */
export async function setConstants(assignments) {
  const { CONSTANTS } = await import('../dist/detect/constants.js');
  assign(CONSTANTS, assignments);
}

export function assign(constants, assignments) {
  for (const assignment of assignments) {
    const [name, text = ''] = assignment.split('=');
    if (!Object.hasOwn(constants, name)) throw new RangeError(`${name}: not a constant of src/detect/constants.ts`);
    const value = Number(text);
    if (text.trim() === '' || !Number.isFinite(value))
      throw new RangeError(`${assignment}: the value must be a number`);
    constants[name] = value;
  }
}
