/** The own member of a map, or undefined. Never through the prototype, never of a list or a text. */
export function memberOf(value: unknown, name: string): unknown {
  if (!isMap(value) || !Object.hasOwn(value, name)) return undefined;
  return value[name];
}

/** The element of a list, from its end when negative; undefined outside. */
export function elementOf(value: unknown, index: number): unknown {
  if (!Array.isArray(value)) return undefined;
  const list: readonly unknown[] = value;
  return list[index < 0 ? list.length + index : index];
}

export function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
