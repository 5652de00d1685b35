/** Where a long name may be cut: its end stays whole, because it tells runs of one grid apart. */

/** Head, which may be shortened, and tail: at most `tail` letters, from the start of a word where there is one. */
export function splitName(name: string, tail: number): [head: string, tail: string] {
  if (name.length <= tail + 8) return [name, ''];
  const end = name.slice(-tail);
  const word = name.at(-tail - 1) === ' ' ? 0 : end.indexOf(' ');
  // A single long word is cut anywhere rather than lost.
  const start = word >= 0 && word < tail - 4 ? word : 0;
  return [name.slice(0, start - tail), end.slice(start)];
}
