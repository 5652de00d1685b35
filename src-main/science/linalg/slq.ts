/**
 * Spectral density by stochastic Lanczos quadrature (Ghorbani, Krishnan and Xiao 2019, arXiv 1901.10159,
 * section 2; Lin, Saad and Yang 2016): for random v the eigenvalues θ of Lanczos' tridiagonal matrix, each
 * weighted by the square of its eigenvector's first component, are a Gauss quadrature of the spectrum seen
 * from v. The mean over v is blurred by a Gaussian:
 *
 *   φ(t) = mean_v Σ_i τ_i² N(t; θ_i, σ²)
 */
import type { Stream } from '#engine/random.ts';
import { lanczos } from './lanczos.ts';
import type { SymmetricOperator } from './operator.ts';
import { probes } from './probes.ts';
import { tridiagonalEigenvalues } from './tridiagonal.ts';

export interface SpectralDensity {
  /** Evenly spaced, past the outermost nodes by five widths. */
  readonly grid: Float64Array;
  /** Integrates to one. */
  readonly density: Float64Array;
  /** σ of the Gaussian, in units of the eigenvalues. */
  readonly width: number;
  /** The quadrature itself: weights add up to one. */
  readonly nodes: Float64Array;
  readonly weights: Float64Array;
}

export interface DensityOptions {
  /** Random directions. */
  readonly probes: number;
  /** Products for each: the degree to which the quadrature is exact is twice that. */
  readonly steps: number;
  /** σ as a share of the spectrum's range. */
  readonly relativeWidth: number;
  /** Points of the grid: several to a width. */
  readonly points: number;
}

/** How many widths the grid goes past the nodes. A Gaussian has 3e-7 of its mass beyond, on one side. */
const margin = 5;

export function spectralDensity(
  operator: SymmetricOperator,
  { probes: count, steps, relativeWidth, points }: DensityOptions,
  random: Stream,
): SpectralDensity {
  const nodes: number[] = [];
  const weights: number[] = [];
  for (const probe of probes(operator.size, count, 'rademacher', random)) {
    const { diagonal, offDiagonal } = lanczos(operator, Float64Array.from(probe), steps);
    const first = new Float64Array(diagonal.length);
    first[0] = 1;
    tridiagonalEigenvalues(diagonal, offDiagonal, [first]);
    for (const [i, node] of diagonal.entries()) {
      nodes.push(node);
      weights.push((first[i] as number) ** 2 / count);
    }
  }
  const width = relativeWidth * rangeOf(nodes);
  return {
    ...blurred(nodes, weights, width, points),
    width,
    nodes: Float64Array.from(nodes),
    weights: Float64Array.from(weights),
  };
}

/** A multiple of the identity has no range: its own size then, and one for zero. */
function rangeOf(nodes: readonly number[]): number {
  const lowest = nodes.reduce((least, node) => Math.min(least, node), Number.POSITIVE_INFINITY);
  const highest = nodes.reduce((most, node) => Math.max(most, node), Number.NEGATIVE_INFINITY);
  const size = Math.max(Math.abs(lowest), Math.abs(highest));
  if (highest - lowest > 1e-9 * size) return highest - lowest;
  return size > 0 ? size : 1;
}

function blurred(
  nodes: readonly number[],
  weights: readonly number[],
  width: number,
  points: number,
): { grid: Float64Array; density: Float64Array } {
  const start = nodes.reduce((least, node) => Math.min(least, node)) - margin * width;
  const end = nodes.reduce((most, node) => Math.max(most, node)) + margin * width;
  const step = (end - start) / (points - 1);
  const grid = Float64Array.from({ length: points }, (_, i) => start + i * step);
  const height = 1 / (width * Math.sqrt(2 * Math.PI));
  const density = grid.map((t) =>
    nodes.reduce(
      (sum, node, i) => sum + (weights[i] as number) * height * Math.exp(-(((t - node) / width) ** 2) / 2),
      0,
    ),
  );
  return { grid, density };
}
