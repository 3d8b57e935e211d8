/** All routes that were registered, to tell "no such path" (404) from "not with this method" (405). */
type Method = string;

/** Reads that Conductor's commercial version has: its clients tolerate a 404 there, but no 405 (contract 1.1.4). */
const absentReads: ReadonlySet<string> = new Set(['rate-limit', 'tags']);

export class Routes {
  private readonly routes: { readonly methods: readonly Method[]; readonly segments: readonly string[] }[] = [];

  add(methods: Method | readonly Method[], url: string): void {
    if (url.includes('*')) return;
    this.routes.push({ methods: typeof methods === 'string' ? [methods] : methods, segments: segmentsOf(url) });
  }

  /** The methods with which the path of a URL would be known; none for an unknown path. */
  methodsOf(url: string, asked: Method): readonly Method[] {
    const segments = segmentsOf(url.split('?')[0] ?? '');
    if (asked === 'GET' && absentReads.has(segments.at(-1) ?? '')) return [];
    const methods = this.routes.filter((route) => matches(route.segments, segments)).flatMap((route) => route.methods);
    return [...new Set(methods)].toSorted();
  }
}

function segmentsOf(path: string): readonly string[] {
  return path.split('/').filter((segment, index, all) => segment !== '' || index < all.length - 1);
}

function matches(pattern: readonly string[], segments: readonly string[]): boolean {
  return (
    pattern.length === segments.length &&
    pattern.every((part, index) => (part.startsWith(':') ? segments[index] !== '' : part === segments[index]))
  );
}
