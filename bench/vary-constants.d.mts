export declare function signs(): readonly (readonly (1 | -1)[])[];
type Constants = Readonly<Record<string, number>>;
export declare function changed(constants: Constants, name: string, factor: number, sign: number): string;
export declare function variants(constants: Constants, factor: number): readonly string[][];
