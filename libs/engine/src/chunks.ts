/** Cuts a list so that no piece has more items than `itemsMax`, nor, unless it is a single one, more than `charactersMax` characters. */
export function* chunked(
  items: readonly string[],
  itemsMax: number,
  charactersMax: number,
): Generator<readonly string[]> {
  let piece: string[] = [];
  let characters = 0;
  for (const item of items) {
    if (piece.length > 0 && (piece.length >= itemsMax || characters + item.length > charactersMax)) {
      yield piece;
      piece = [];
      characters = 0;
    }
    piece.push(item);
    characters += item.length;
  }
  if (piece.length > 0) yield piece;
}
