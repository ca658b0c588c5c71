/** The one of the words that a slip of the hand would make of this one; `undefined` when none is near. */
export function nearest(word: string, words: readonly string[]): string | undefined {
  const furthest = Math.max(1, Math.floor(word.length / 4));
  // Lengths that differ by more need no comparing.
  const alike = words.filter((other) => Math.abs(other.length - word.length) <= furthest);
  const near = alike.map((other) => ({ other, distance: editDistance(word.toLowerCase(), other.toLowerCase()) }));
  const [best] = near.filter(({ distance }) => distance <= furthest).sort((a, b) => a.distance - b.distance);
  return best?.other;
}

/** Letters to insert, delete or replace (Levenshtein). Words of a configuration are short. */
function editDistance(from: string, to: string): number {
  let previous = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (const [row, letter] of [...from].entries()) {
    const current = [row + 1];
    for (const [column, other] of [...to].entries()) {
      const replaced = (previous[column] ?? 0) + (letter === other ? 0 : 1);
      current.push(Math.min(replaced, (previous[column + 1] ?? 0) + 1, (current[column] ?? 0) + 1));
    }
    previous = current;
  }
  return previous.at(-1) ?? 0;
}
