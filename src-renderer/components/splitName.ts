/** Where a long name may be cut: its end stays whole, because it tells runs of one grid apart. */

const separator = ' · ';

/** Head, which may be shortened, and tail: as many whole last parts as `tail` letters hold, else just letters. */
export function splitName(name: string, tail: number): [head: string, tail: string] {
  if (name.length <= tail + 8) return [name, ''];
  const parts = name.split(separator);
  let end = '';
  for (let part = parts.pop(); part !== undefined && parts.length > 0; part = parts.pop()) {
    if (end.length + separator.length + part.length > tail) break;
    end = separator + part + end;
  }
  return end === '' ? [name.slice(0, -tail), name.slice(-tail)] : [name.slice(0, -end.length), end];
}
