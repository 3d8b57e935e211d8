/** The one place that reads the process's environment and arguments. */
export const environment: Readonly<Record<string, string | undefined>> = process.env;

/** `--port 8080 --demo` as `{ port: '8080', demo: 'true' }`; `--port=8080` is the same. */
export function flags(argv: readonly string[] = process.argv.slice(2)): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  for (let i = 0; i < argv.length; i++) {
    const [name, inline] = splitFlag(argv[i] ?? '');
    if (name === undefined) continue;
    const next = argv[i + 1];
    if (inline !== undefined) found[name] = inline;
    else if (next === undefined || next.startsWith('--')) found[name] = 'true';
    else found[name] = argv[++i] ?? '';
  }
  return found;
}

function splitFlag(text: string): [name: string | undefined, value: string | undefined] {
  const match = /^--([a-z][a-z0-9-]*)(?:=(.*))?$/.exec(text);
  return [match?.[1], match?.[2]];
}
