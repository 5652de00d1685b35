/** Names for the words of a language that has none of its own. */

/** w00, w01, …: as long as the last needs, so that they sort by their number. */
export function wordNames(count: number): string[] {
  const digits = String(count - 1).length;
  return Array.from({ length: count }, (_, word) => `w${String(word).padStart(digits, '0')}`);
}
