/** One line per event, as the demo prints it. */
interface Shown {
  readonly seq: number;
  readonly type: string;
  readonly time: number;
  readonly data: Readonly<Record<string, unknown>>;
}

const telling = [
  'referenceTaskName',
  'status',
  'workerId',
  'reasonForIncompletion',
  'timer',
  'delaySeconds',
  'code',
  'output',
] as const;

export function eventLine({ seq, type, time, data }: Shown, reference?: string): string {
  const facts = telling.flatMap((key) => {
    const value = data[key];
    if (value === undefined) return [];
    return [`${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`];
  });
  const name = reference === undefined || data['referenceTaskName'] !== undefined ? [] : [`task=${reference}`];
  const clock = new Date(time).toISOString().slice(11, 23);
  return `${String(seq).padStart(4)}  ${clock}  ${type.padEnd(20)} ${[...name, ...facts].join(' ')}`.trimEnd();
}
