/** Rows of `basin bench` for people. */
import type { BenchRow, BenchTarget } from '#contract/bench.ts';
import { formatBytes } from '../format.ts';
import type { Output } from '../output.ts';
import { type Column, table } from '../table.ts';

const columns: readonly Column[] = [
  { title: 'benchmark' },
  { title: 'ours', align: 'right' },
  { title: 'peer', align: 'right' },
  { title: 'unit' },
  { title: 'ratio', align: 'right' },
  { title: 'quartiles' },
  { title: 'target' },
  { title: 'agrees' },
  { title: 'computed' },
  { title: 'against', shrinks: true },
];

export function benchTable(rows: readonly BenchRow[], output: Output): string {
  return table(columns, rows.map(cells), output);
}

function cells(row: BenchRow): readonly string[] {
  return [
    row.id,
    row.ours.toPrecision(3),
    row.peer?.toPrecision(3) ?? '–',
    row.unit,
    row.ratio?.toFixed(2) ?? '–',
    row.spread?.map((edge) => edge.toFixed(2)).join(' – ') ?? '–',
    row.target ? `${targetText(row.target, row.unit)} ${row.met ? 'met' : 'missed'}` : '–',
    row.checks.length === 0 ? '–' : row.checks.every(({ ok }) => ok) ? 'yes' : 'NO',
    row.compute,
    row.against ?? '–',
  ];
}

function targetText({ of, at, value }: BenchTarget, unit: string): string {
  return `${at === 'least' ? '≥' : '≤'} ${value}${of === 'ours' ? ` ${unit}` : ''}`;
}

/** Said as soon as it is known: a later benchmark may fail. */
export function findingLine({ id, ours, peer, unit, ratio }: Omit<BenchRow, 'machine' | 'met'>): string {
  const against = peer === null ? '' : `, peer ${peer.toPrecision(3)} ${unit}, ratio ${ratio?.toFixed(2)}`;
  return `${id}: ours ${ours.toPrecision(3)} ${unit}${against}`;
}

/** The machine on one line, its versions on another. */
export function machineLines({ machine }: BenchRow): string {
  const { processor, cores, memory, load, versions } = machine;
  const parts = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return `${processor}, ${cores} cores, ${formatBytes(memory)}, load ${load} at the start\n${parts.join(', ')}`;
}
