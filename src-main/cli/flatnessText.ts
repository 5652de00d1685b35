/** A measurement of curvature, for people. */
import { z } from 'zod';
import type { FlatnessMeasured } from '#contract/flatness.ts';
import { formatNumber, formatSeconds } from './format.ts';
import type { Output } from './output.ts';
import { table } from './table.ts';

const traceEstimate = z.object({ estimate: z.number(), stderr: z.number() });

/** Eigenvalues that are listed of a whole spectrum, from either end. */
const listed = 5;

export function flatnessText(
  { measure, value, stderr, detail, seconds, step }: FlatnessMeasured,
  output: Output,
): string {
  const cost = `${detail.products} products in ${formatSeconds(seconds)}, weights of step ${step}`;
  const matrix = { hessian: 'H', ggn: 'G', fisher: 'F' }[String(measure.operator)] ?? 'A';
  const numbers = (name: string): number[] => (Array.isArray(detail[name]) ? detail[name].map(Number) : []);
  switch (measure.id) {
    case 'trace': {
      const line = `Tr(${matrix}) = ${formatNumber(value)} ± ${formatNumber(stderr ?? Number.NaN)}`;
      const scaled = traceEstimate.safeParse(detail.scaled).data;
      const more = scaled
        ? `, Tr(D${matrix}D) = ${formatNumber(scaled.estimate)} ± ${formatNumber(scaled.stderr)}`
        : '';
      return `${line}${more}  (${cost})`;
    }
    case 'top': {
      const residuals = numbers('residuals');
      const rows = numbers('eigenvalues').map((one, i) => [
        formatNumber(one),
        formatNumber(residuals[i] ?? Number.NaN),
      ]);
      const columns = [
        { title: `eigenvalue of ${matrix}`, align: 'right' as const },
        { title: 'residual', align: 'right' as const },
      ];
      const end =
        detail.converged === false ? ['Not all converged: allow more with --set maxProducts=N.'] : [];
      return [table(columns, rows, output), ...end, cost].join('\n');
    }
    case 'density': {
      const grid = numbers('grid');
      const range = `${formatNumber(grid[0] ?? Number.NaN)} to ${formatNumber(grid.at(-1) ?? Number.NaN)}`;
      const share = `${(100 * value).toPrecision(3)} % of the spectrum is negative`;
      return `Eigenvalues of ${matrix} from ${range}; ${share}  (${cost}). --json gives the density.`;
    }
    default: {
      const all = numbers('eigenvalues').map(formatNumber);
      const shown = all.length > 2 * listed ? [...all.slice(0, listed), '…', ...all.slice(-listed)] : all;
      return `Tr(${matrix}) = ${formatNumber(value)}, ${all.length} eigenvalues: ${shown.join('  ')}  (${cost})`;
    }
  }
}
