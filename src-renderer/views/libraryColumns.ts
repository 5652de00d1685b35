/** The library's columns and their orders. */
import type { RunSummary } from '#contract/host.ts';
import { keyMetric } from '../charts/panels.ts';

interface Column {
  readonly key: string;
  readonly title: string;
  readonly number: boolean;
  value(row: RunSummary): string | number;
}

export const columns: readonly Column[] = [
  { key: 'name', title: 'Name', number: false, value: ({ name }) => name },
  { key: 'study', title: 'Study', number: false, value: ({ study }) => study },
  { key: 'status', title: 'Status', number: false, value: ({ status }) => status },
  { key: 'step', title: 'Step', number: true, value: ({ step }) => step },
  { key: 'loss', title: 'Loss', number: true, value: ({ metrics }) => metrics.loss ?? Number.NaN },
  {
    key: 'metric',
    title: 'Key metric',
    number: true,
    value: ({ metrics }) => keyMetric(metrics)?.value ?? Number.NaN,
  },
  { key: 'seconds', title: 'Time', number: true, value: ({ seconds }) => seconds },
  { key: 'createdAt', title: 'Created', number: false, value: ({ createdAt }) => createdAt },
];

const collator = new Intl.Collator('en', { numeric: true });

/** A number that is missing or NaN stands last, whichever the direction. */
export function sortRuns(rows: readonly RunSummary[], key: string, descending: boolean): RunSummary[] {
  const column = columns.find((candidate) => candidate.key === key);
  if (!column) return [...rows];
  const sign = descending ? -1 : 1;
  return [...rows].sort((rowA, rowB) => {
    const [a, b] = [column.value(rowA), column.value(rowB)];
    if (typeof a === 'string' || typeof b === 'string') return sign * collator.compare(String(a), String(b));
    if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
    return sign * (a - b);
  });
}
