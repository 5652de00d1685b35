/** Labels at the ends of lines, moved apart so that none covers another. */

export interface EndLabel {
  readonly text: string;
  readonly color: string;
  /** Where the line ends, px. */
  readonly x: number;
  readonly y: number;
}

export interface PlacedLabel {
  readonly text: string;
  readonly color: string;
  /** Where the text stands, px. */
  readonly y: number;
  readonly anchor: { readonly x: number; readonly y: number };
}

export interface LabelBox {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  /** Least distance of two labels, px. */
  readonly spacing: number;
}

/**
 * Moves labels as little as keeps them `spacing` apart inside the box: neighbours that collide form a
 * block that stands around the mean of its members' wishes (pooling of adjacent violators). Where not
 * all fit, the first ones given have the room and `left` counts the others.
 */
export function placeLabels(
  labels: readonly EndLabel[],
  { top, bottom, spacing }: LabelBox,
): { placed: PlacedLabel[]; left: number } {
  const room = Math.max(1, Math.floor((bottom - top) / spacing));
  const kept = labels.slice(0, room).sort((a, b) => a.y - b.y);
  const blocks: { members: EndLabel[]; start: number }[] = [];
  for (const label of kept) {
    blocks.push({ members: [label], start: clamp(label.y, top, bottom) });
    for (;;) {
      const last = blocks.at(-1);
      const previous = blocks.at(-2);
      if (!last || !previous || previous.start + previous.members.length * spacing <= last.start) break;
      blocks.splice(-2, 2, settle([...previous.members, ...last.members], top, bottom, spacing));
    }
  }
  const placed = blocks.flatMap(({ members, start }) =>
    members.map(({ text, color, x, y }, index) => ({
      text,
      color,
      y: start + index * spacing,
      anchor: { x, y: clamp(y, top, bottom) },
    })),
  );
  return { placed, left: labels.length - kept.length };
}

function settle(members: EndLabel[], top: number, bottom: number, spacing: number) {
  const wish = members.reduce((sum, { y }, index) => sum + y - index * spacing, 0) / members.length;
  const highest = bottom - (members.length - 1) * spacing;
  return { members, start: Math.max(top, Math.min(highest, wish)) };
}

function clamp(value: number, low: number, high: number): number {
  return Math.max(low, Math.min(high, value));
}
