/** Which series share a panel, in which order panels stand, and what their axes are called. */
import type { AxisKind } from './axis.ts';

export interface PanelSpec {
  readonly id: string;
  readonly title: string;
  /** Quantity with its unit, as the axis says it. */
  readonly yTitle: string;
  readonly yKind: AxisKind;
  readonly series: readonly string[];
  /** Series that are known beforehand and drawn as thin lines: a floor, a baseline. */
  readonly references: readonly string[];
}

const known: readonly Omit<PanelSpec, 'series' | 'references'>[] = [
  { id: 'excess', title: 'Excess over the entropy floor', yTitle: 'excess loss (nats)', yKind: 'log' },
  { id: 'loss', title: 'Loss', yTitle: 'loss', yKind: 'linear' },
  { id: 'accuracy', title: 'Probe accuracy', yTitle: 'accuracy', yKind: 'linear' },
  { id: 'flatness', title: 'Flatness', yTitle: 'curvature of the loss', yKind: 'linear' },
  {
    id: 'scaled_flatness',
    title: 'Flatness, scaled by weights',
    yTitle: 'curvature times squared weights',
    yKind: 'linear',
  },
  { id: 'features', title: 'Features', yTitle: 'feature statistic', yKind: 'linear' },
  { id: 'learning_rate', title: 'Learning rate', yTitle: 'learning rate', yKind: 'linear' },
];

const referenceNames = new Set([
  'floor',
  'baseline',
  'ceiling',
  'minimum',
  'bound',
  'unigram',
  'unigram_excess',
  'chance',
  'majority',
  'entropy',
  'spread_healthy',
]);

/** Tables have them, charts need not: the same curve in another unit, a yes or no, and what is worth a look only when it is not zero. */
const tableOnly = new Set(['loss/excess_share', 'loss/saturated', 'time/waiting']);

/** A number that is known without training, logged as a constant. */
export function isReference(series: string): boolean {
  return series.startsWith('baseline/') || referenceNames.has(series.split('/').at(-1) ?? '');
}

export function panelOf(series: string): string {
  const [head = series, ...rest] = series.split('/');
  if (head === 'loss' && (rest[0] === 'excess' || rest[0] === 'unigram_excess')) return 'excess';
  if (head === 'feature' || head === 'features' || head === 'collapse' || head.startsWith('feature_'))
    return 'features';
  // A hundredth of the plain trace, or less.
  if (head === 'flatness' && rest.includes('scaled_trace')) return 'scaled_flatness';
  return head;
}

/** `constants`: series that have one point, before the first step, and so are references whatever their names. */
export function groupSeries(
  names: Iterable<string>,
  constants: ReadonlySet<string> = new Set(),
): PanelSpec[] {
  const groups = new Map<string, { series: string[]; references: string[] }>();
  for (const name of [...new Set(names)].sort()) {
    const id = panelOf(name);
    const group = groups.get(id) ?? { series: [], references: [] };
    if (tableOnly.has(name)) continue;
    (isReference(name) || constants.has(name) ? group.references : group.series).push(name);
    groups.set(id, group);
  }
  const order = [
    ...known.map(({ id }) => id),
    ...[...groups.keys()].filter((id) => !known.some((k) => k.id === id)),
  ];
  return order.flatMap((id) => {
    const group = groups.get(id);
    if (!group || group.series.length === 0) return [];
    const panel = known.find((candidate) => candidate.id === id) ?? {
      id,
      title: sentence(id),
      yTitle: id.replaceAll('_', ' '),
      yKind: 'linear' as const,
    };
    return [{ ...panel, ...group }];
  });
}

/** What tells a panel's series apart: `accuracy/linear/A` is "linear A". */
export function shortSeries(name: string): string {
  const rest = name.split('/').slice(1);
  return (rest.length === 0 ? name : rest.join(' ')).replaceAll('_', ' ');
}

/** A series as a row or legend calls it. */
export function seriesTitle(name: string): string {
  const titles: Readonly<Record<string, string>> = {
    loss: 'training loss',
    'loss/floor': 'entropy floor',
    'loss/excess': 'excess over the floor',
    'loss/excess_share': "excess, share of the unigram model's",
    'loss/exact': 'cross-entropy, one word masked',
    'loss/saturated': 'saturated (excess below 0.01 nats)',
    'loss/unigram_excess': 'excess of the unigram model',
    'flatness/trace': 'Tr(H)',
    'flatness/scaled_trace': 'Tr(DHD), D = diag |w|',
    'flatness/tiled/trace': 'Tr(H) at one size',
    'flatness/top': 'largest eigenvalue of H',
    'flatness/exact_trace': 'Tr(H), exact',
    'flatness/negative_share': 'share of negative eigenvalues of H',
    learning_rate: 'learning rate',
    'time/waiting': 'share of time waiting for data',
  };
  const [head = name, ...rest] = name.split('/');
  return (
    titles[name] ??
    (rest.length > 0 ? `${head.replaceAll('_', ' ')}, ${shortSeries(name)}` : head.replaceAll('_', ' '))
  );
}

function sentence(id: string): string {
  const text = id.replaceAll('_', ' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** The number by which a table tells how good a run is: the first that it has. */
export function keyMetric(metrics: Readonly<Record<string, number>>): { name: string; value: number } | null {
  const candidates = [
    ...['accuracy/linear', 'loss/excess'],
    ...Object.keys(metrics)
      .filter((name) => name.startsWith('accuracy/') && !isReference(name))
      .sort(),
  ];
  for (const name of candidates) {
    const value = metrics[name];
    if (value !== undefined) return { name, value };
  }
  return null;
}
