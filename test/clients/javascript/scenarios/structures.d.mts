export const structures: Readonly<Record<string, unknown>>;
