export const control: Readonly<Record<string, unknown>>;
