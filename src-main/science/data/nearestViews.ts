/** Nearest neighbours among views, by the distance of their pixels; all pairs are compared. */

export interface Neighbour {
  readonly view: number;
  readonly squaredDistance: number;
}

/**
 * Of each view the `count` nearest of another original, nearest first, or as many as there are.
 * @param views [views, size], row-major
 * @param originals what each is a view of: [views]
 */
export function nearestViews(
  views: Float32Array,
  originals: Int32Array,
  size: number,
  count: number,
): Neighbour[][] {
  const nearest = Array.from(originals, (): Neighbour[] => []);
  for (let x = 0; x < originals.length; x++) {
    for (let y = 0; y < x; y++) {
      if (originals[x] === originals[y]) continue;
      const squaredDistance = distanceOf(views, x * size, y * size, size);
      keep(nearest[x] as Neighbour[], { view: y, squaredDistance }, count);
      keep(nearest[y] as Neighbour[], { view: x, squaredDistance }, count);
    }
  }
  return nearest;
}

function distanceOf(views: Float32Array, a: number, b: number, size: number): number {
  let sum = 0;
  for (let i = 0; i < size; i++) {
    const difference = (views[a + i] as number) - (views[b + i] as number);
    sum += difference * difference;
  }
  return sum;
}

/** Puts it into its place, and lets the farthest go where there are more than `count`. */
function keep(row: Neighbour[], found: Neighbour, count: number): void {
  if (row.length === count && found.squaredDistance >= (row.at(-1) as Neighbour).squaredDistance) return;
  const place = row.findIndex(({ squaredDistance }) => squaredDistance > found.squaredDistance);
  row.splice(place < 0 ? row.length : place, 0, found);
  if (row.length > count) row.pop();
}
