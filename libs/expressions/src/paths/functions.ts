/** The functions that may end a path. A type error yields null, as with Jayway. */
export type FunctionName = keyof typeof functions;

const functions = {
  length,
  size: length,
  keys: (value: unknown) => (isMap(value) ? Object.keys(value) : null),
  first: (value: unknown) => element(value, 0),
  last: (value: unknown) => element(value, -1),
  min: (value: unknown) => fold(value, (left, right) => (right < left ? right : left)),
  max: (value: unknown) => fold(value, (left, right) => (right > left ? right : left)),
  sum: (value: unknown) => fold(value, (left, right) => left + right),
  avg: average,
};

export function isFunctionName(name: string): name is FunctionName {
  return Object.hasOwn(functions, name);
}

export function applyFunction(name: FunctionName, value: unknown): unknown {
  return functions[name](value) ?? null;
}

function length(value: unknown): number | null {
  if (Array.isArray(value)) return value.length;
  return isMap(value) ? Object.keys(value).length : null;
}

function element(value: unknown, index: number): unknown {
  return Array.isArray(value) ? value.at(index) : null;
}

/** Whatever is not a number is passed over; without any number there is no answer. */
function numbersOf(value: unknown): readonly number[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'number') : [];
}

function fold(value: unknown, combine: (left: number, right: number) => number): number | null {
  const numbers = numbersOf(value);
  return numbers.length === 0 ? null : numbers.reduce(combine);
}

function average(value: unknown): number | null {
  const numbers = numbersOf(value);
  return numbers.length === 0 ? null : numbers.reduce((left, right) => left + right) / numbers.length;
}

function isMap(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
