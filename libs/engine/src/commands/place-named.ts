/** The place that an operator names. Inside of loops the name carries the turns, as clients see it: `ref__2`. */
import type { Flow } from '../flow/flow.js';
import { type Place, placeOf } from '../flow/place.js';
import { loopsAround } from '../decision.js';

export function placeNamed({ nodes }: Flow, name: string): Place | undefined {
  const plain = nodes.get(name);
  if (plain !== undefined && loopsAround(plain) === 0) return placeOf(plain, '', undefined);
  const parts = name.split('__');
  for (let count = 1; count < parts.length; count++) {
    const turns = parts.slice(-count);
    const node = nodes.get(parts.slice(0, -count).join('__'));
    if (node === undefined || loopsAround(node) !== count || !turns.every(isTurn)) continue;
    return placeOf(node, turns.map((turn) => `__${turn}`).join(''), undefined);
  }
  return undefined;
}

function isTurn(text: string): boolean {
  return /^[1-9]\d{0,8}$/.test(text);
}
