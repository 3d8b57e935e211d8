/** Violations for people: a few of each invariant. */
import { listIn } from './log.js';

const shownPerInvariant = 4;

export function describeViolations(violations: readonly string[]): string {
  const byInvariant = new Map<string, string[]>();
  for (const violation of violations) listIn(byInvariant, violation.split(/[ ,]/, 1)[0] ?? '').push(violation);
  const lines = [...byInvariant].flatMap(([invariant, list]) => {
    const more = list.length - shownPerInvariant;
    return [...list.slice(0, shownPerInvariant), ...(more > 0 ? [`${invariant} ... and ${more} more`] : [])];
  });
  return lines.join('\n');
}
