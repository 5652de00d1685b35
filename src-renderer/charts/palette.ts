/**
 * Colours of runs: Okabe and Ito's, which people with every common colour vision can tell apart, in a
 * fixed order; after the last colour the order starts again with another dash. Yellow is left out (it
 * has 1.3:1 on white paper), and black and grey are kept for references.
 */
export type ThemeName = 'light' | 'dark';

const light = ['#0072b2', '#e69f00', '#009e73', '#cc79a7', '#56b4e9', '#d55e00'];
/** The same hues, drawn for a dark ground. */
const dark = ['#4f9fe0', '#e8a317', '#1fb98b', '#d98fb8', '#8fd0f7', '#e8703a'];
const dashes: readonly (readonly number[])[] = [[], [6, 3], [2, 2], [8, 3, 2, 3]];

export interface LineStyle {
  readonly color: string;
  /** Lengths of strokes and gaps, px; empty for a solid line. */
  readonly dash: readonly number[];
}

export const styleCount = light.length * dashes.length;

/** Style of the run with this place in the library; the same for ever. */
export function runStyle(place: number, theme: ThemeName): LineStyle {
  const colors = theme === 'dark' ? dark : light;
  const color = colors[place % colors.length] ?? '#0072b2';
  const dash = dashes[Math.floor(place / colors.length) % dashes.length] ?? [];
  return { color, dash };
}

/** Gives every run that has no place yet the next one, oldest first. Answers the same map where none is new. */
export function assignPlaces(
  places: Readonly<Record<string, number>>,
  runs: readonly { readonly id: string; readonly createdAt: string }[],
): Readonly<Record<string, number>> {
  const unseen = runs.filter(({ id }) => !Object.hasOwn(places, id));
  if (unseen.length === 0) return places;
  // ISO moments sort as text; runs of one experiment share theirs, and keep the order they came in.
  const inOrder = unseen
    .map((run, index) => ({ run, index }))
    .sort((a, b) => a.run.createdAt.localeCompare(b.run.createdAt) || a.index - b.index);
  const next: Record<string, number> = { ...places };
  let place = Object.values(places).reduce((most, at) => Math.max(most, at + 1), 0);
  for (const { run } of inOrder) {
    next[run.id] = place;
    place += 1;
  }
  return next;
}

export interface ChartTheme {
  readonly text: string;
  readonly faint: string;
  readonly grid: string;
  readonly axis: string;
  readonly ground: string;
  readonly reference: string;
}

export const chartThemes: Readonly<Record<ThemeName, ChartTheme>> = {
  light: {
    text: '#23272e',
    faint: '#5c636e',
    grid: '#e9ebee',
    axis: '#b4bac4',
    ground: '#ffffff',
    reference: '#3f4651',
  },
  dark: {
    text: '#dfe3e8',
    faint: '#98a1ad',
    grid: '#272c33',
    axis: '#4a515b',
    ground: '#16191d',
    reference: '#c3cad3',
  },
};

/** Relative luminance of `#rrggbb` (WCAG 2.2). */
function luminance(color: string): number {
  const [r = 0, g = 0, b = 0] = channels(color).map((channel) => {
    const share = channel / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function channels(color: string): number[] {
  return [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16));
}

/** Contrast ratio of two colours `#rrggbb`, 1 … 21 (WCAG 2.2). */
export function contrast(a: string, b: string): number {
  const [x, y] = [luminance(a), luminance(b)];
  return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
}

/** The same hue, moved away from the ground until text in it has 4.5:1. */
export function readable(color: string, ground: string): string {
  const end = luminance(ground) > 0.18 ? 0 : 255;
  let shade = color;
  for (let share = 0.05; contrast(shade, ground) < 4.5 && share <= 1; share += 0.05) {
    const mixed = channels(color).map((channel) => Math.round(channel + (end - channel) * share));
    shade = `#${mixed.map((channel) => channel.toString(16).padStart(2, '0')).join('')}`;
  }
  return shade;
}
