export declare function setConstants(assignments: readonly string[]): Promise<void>;
export declare function assign(constants: Record<string, number>, assignments: readonly string[]): void;
