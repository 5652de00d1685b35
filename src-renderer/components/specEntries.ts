/** A spec as lines: dotted path → value, in the order of thought. */
import { formatSetting } from '../charts/numbers.ts';

const order = [
  'preset',
  'study',
  'data',
  'augmentation',
  'masking',
  'encoder',
  'projector',
  'loss',
  'optimizer',
  'schedule',
  'batchSize',
  'steps',
  'stopAt',
  'start',
  'probes',
  'evaluations',
  'flatness',
  'logEvery',
  'checkpointEvery',
  'seed',
];
/** Shown elsewhere, or the same for all. */
const left = new Set(['format', 'title']);

/** `data.id` is written `data`: a component is called by its id. */
export function specEntries(spec: Readonly<Record<string, unknown>>): [string, unknown][] {
  const keys = Object.keys(spec).filter((key) => !left.has(key));
  const rank = (key: string) => (order.includes(key) ? order.indexOf(key) : order.length);
  return keys.sort((a, b) => rank(a) - rank(b)).flatMap((key) => flatten(key, spec[key]));
}

function flatten(path: string, value: unknown): [string, unknown][] {
  if (typeof value !== 'object' || value === null || isFlatList(value)) return [[path, value]];
  const named =
    path.match(/^(.*\.)?(\d+)$/) && 'id' in value
      ? `${path.replace(/\.\d+$/, '')}.${String(value.id)}`
      : path;
  return Object.entries(value).flatMap(([key, inner]) => {
    if (key !== 'id') return flatten(`${named}.${key}`, inner);
    return named === path ? ([[path, inner]] as [string, unknown][]) : [];
  });
}

function isFlatList(value: object): boolean {
  return Array.isArray(value) && value.every((item) => typeof item !== 'object' || item === null);
}

export function showValue(value: unknown): string {
  if (typeof value === 'number') return formatSetting(value);
  if (value === null) return 'none';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.map(showValue).join(', ');
  return value === undefined ? '–' : JSON.stringify(value);
}
