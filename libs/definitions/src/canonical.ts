/**
 * The one JSON text of a value: object keys in the order of their UTF-16 code units, no white space, lists as they are.
 * Content digests are taken over it. What JSON cannot say is treated as JSON.stringify does: undefined fields are left
 * out, undefined items and non-finite numbers are null.
 */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value === 'object' && value !== null) return canonicalObject(value);
  return JSON.stringify(value) ?? 'null';
}

function canonicalObject(value: object): string {
  const fields = Object.entries(value)
    .filter(([, field]) => field !== undefined)
    // Keys are unique, so this order is total; a locale's order would differ between machines.
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([key, field]) => `${JSON.stringify(key)}:${canonicalJson(field)}`);
  return `{${fields.join(',')}}`;
}
