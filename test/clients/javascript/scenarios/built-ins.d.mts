export const builtIns: Readonly<Record<string, unknown>>;
