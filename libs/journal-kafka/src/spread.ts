/** Who gets which partitions when the members of a group change: as evenly as can be, and whoever has one keeps it if that allows. */
export interface Member {
  readonly id: string;
  /** What it has had so far. */
  readonly owned: readonly number[];
}

/** By member; the partitions of each in order. The same for every leader that is asked. */
export function spread(
  partitions: readonly number[],
  members: readonly Member[],
): ReadonlyMap<string, readonly number[]> {
  if (members.length === 0) return new Map();
  const free = new Set(partitions);
  const kept = members
    .toSorted((a, b) => (a.id < b.id ? -1 : 1))
    .map(({ id, owned }) => ({ id, has: owned.filter((partition) => free.delete(partition)) }));
  const most = Math.ceil(partitions.length / members.length);
  // So many may have one more than the others: those who have most already.
  const larger = partitions.length - (most - 1) * members.length;
  const shares = kept
    .toSorted((a, b) => b.has.length - a.has.length)
    .map((member, place) => ({ ...member, share: place < larger ? most : most - 1 }));
  for (const { has, share } of shares) for (const partition of has.splice(share)) free.add(partition);
  const rest = [...free].toSorted((a, b) => a - b);
  for (const { has, share } of shares) has.push(...rest.splice(0, share - has.length));
  return new Map(shares.map(({ id, has }) => [id, has.toSorted((a, b) => a - b)]));
}
