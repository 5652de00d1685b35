/** The run table's filter and order. */
import type { RunSummary } from '#contract/host.ts';

export type SortKey = 'createdAt' | 'name' | 'status' | 'step' | 'seconds' | 'loss' | 'study';

/**
 * True where every word of `filter` occurs in name, id, tags, status, study, preset or title, ignoring
 * case. `key:value` looks into one field: name, tag, status, study, experiment, preset, title, id,
 * seed, or a dotted path into the spec.
 */
export function matches(run: RunSummary, filter: string): boolean {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return true;
  const { name, id, tags, status, study, spec } = run;
  const all = [name, id, ...tags, status, study, spec.preset ?? '', spec.title].join('\n').toLowerCase();
  return words.every((word) => {
    const colon = word.indexOf(':');
    const values = colon > 0 ? field(run, word.slice(0, colon)) : undefined;
    if (values === undefined) return all.includes(word);
    const wanted = word.slice(colon + 1);
    return values.some((value) => value.toLowerCase().includes(wanted));
  });
}

/** Undefined for a key that no run has: the word is then an ordinary one. */
function field(run: RunSummary, key: string): readonly string[] | undefined {
  switch (key) {
    case 'name':
    case 'status':
    case 'study':
    case 'experiment':
    case 'id':
      return [run[key]];
    case 'tag':
    case 'tags':
      return run.tags;
    case 'seed':
      return [String(run.seed)];
    case 'preset':
    case 'title':
      return [run.spec[key] ?? ''];
    default:
      return inSpec(run.spec, key.split('.'));
  }
}

/** Spec keys are written in camel case, the filter ignores case. */
function inSpec(value: unknown, path: readonly string[]): readonly string[] | undefined {
  const [head, ...rest] = path;
  if (head === undefined) {
    return typeof value === 'object' && value !== null && 'id' in value
      ? [String(value.id)]
      : [String(value)];
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const entry = Object.entries(value).find(([key]) => key.toLowerCase() === head);
  return entry ? inSpec(entry[1], rest) : undefined;
}

/** A new array. Runs without a loss come last either way; equals stay in order of creation. */
export function sorted(runs: readonly RunSummary[], key: SortKey, descending: boolean): RunSummary[] {
  const direction = descending ? -1 : 1;
  const value = (run: RunSummary) => (key === 'loss' ? run.metrics.loss : run[key]);
  return runs
    .map((run, index) => ({ run, index }))
    .sort((a, b) => {
      const [x, y] = [value(a.run), value(b.run)];
      const [noX, noY] = [missing(x), missing(y)];
      if (noX || noY) return Number(noX) - Number(noY) || direction * (a.index - b.index);
      const order =
        typeof x === 'number' && typeof y === 'number' ? x - y : String(x).localeCompare(String(y));
      return direction * (order || a.index - b.index);
    })
    .map(({ run }) => run);
}

function missing(value: string | number | undefined): boolean {
  return value === undefined || Number.isNaN(value);
}
