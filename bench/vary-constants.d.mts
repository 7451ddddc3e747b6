export declare function signs(): readonly (readonly (1 | -1)[])[];
export declare function variants(constants: Readonly<Record<string, number>>, factor: number): readonly string[][];
