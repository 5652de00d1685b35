/** A positive-pair graph for the eye: a picture of it, its spectrum and cuts, and distances against labels. */
import { z } from 'zod';
import { componentChoice } from './component.ts';
import { double } from './run.ts';

const int32s = z.instanceof(Int32Array);
const float64s = z.instanceof(Float64Array);

/** Some of a graph's vertices, with the strongest edges between them. */
export const graphDrawing = z.strictObject({
  /** Numbers of the drawn vertices in the graph, ascending: [drawn]. */
  vertices: int32s,
  /** Places in the plane, [drawn]; the mean squared length of an edge is about 1. */
  x: float64s,
  y: float64s,
  /** Of each drawn vertex: w(x), and the places of its label in `classes` and of its cluster. */
  marginals: float64s,
  labels: int32s,
  clusters: int32s,
  /** Strongest first; `from` and `to` are places among the drawn vertices, `weight` is w(x, x⁺). */
  edges: z.strictObject({ from: int32s, to: int32s, weight: float64s }),
  /** Edges among the drawn vertices, of which `edges` may be some. */
  among: z.int(),
  classes: z.array(z.string()),
  /** Of the whole graph. Edges join two vertices and count once. */
  whole: z.strictObject({ vertices: z.int(), edges: z.int(), clusters: z.int() }),
});
export type GraphDrawing = z.infer<typeof graphDrawing>;

/** Of the distances of some pairs. */
export const distanceSpread = z.strictObject({
  pairs: z.int(),
  /** Pairs that no path joins; the numbers below leave them out. */
  apart: z.int(),
  mean: double,
  /** Of 0.1, 0.25, 0.5, 0.75 and 0.9. */
  quantiles: z.array(double).length(5),
});
export type DistanceSpread = z.infer<typeof distanceSpread>;

export const graphDistance = z.strictObject({
  kind: z.enum(['hop', 'diffusion']),
  same: distanceSpread,
  different: distanceSpread,
  /**
   * Probability that two vertices of one label are nearer than two of different labels, ties by half: 0.5 where
   * distance says nothing about labels. Null where all labels are equal, or none are.
   */
  nearer: double.nullable(),
  /** Spearman's ρ with the distance between two vertices' factors; `all` scales each factor by its deviation. */
  factors: z.array(z.strictObject({ factor: z.string(), correlation: double.nullable() })),
});
export type GraphDistance = z.infer<typeof graphDistance>;

export const graphQuestion = z.strictObject({
  /** A dataset that is a graph. */
  data: componentChoice,
  /** Vertices drawn at most. */
  vertices: z.int().min(2).max(600).default(400),
  /** Edges drawn at most. */
  edges: z.int().min(0).max(5000).default(3000),
  /** Steps of the random walk whose distributions the diffusion distance compares. */
  time: z.int().min(1).max(100).default(4),
});
export type GraphQuestion = z.infer<typeof graphQuestion>;

export const graphAnswer = z.strictObject({
  /** The choice with every parameter. */
  data: componentChoice,
  drawing: graphDrawing,
  /** Entries at the drawn vertices, divided by √w(x), of the first few: [eigenvector][drawn]. */
  eigenvectors: z.array(float64s),
  /** The largest of D^{−1/2} W D^{−1/2}, descending, each as often as its multiplicity. */
  eigenvalues: float64s,
  /** The least spectral loss of features of width 1, 2, …: one for each eigenvalue. */
  floors: float64s,
  components: z.int(),
  conductance: z.strictObject({
    /** Of each cluster; null where it is all there is. */
    clusters: z.array(double.nullable()),
    /** The best cut along the second eigenvector, with Cheeger's bounds on the best of all; null: none. */
    sweep: z.strictObject({ value: double, lower: double, upper: double }).nullable(),
  }),
  /** Pairs among this many vertices, sampled where there are more. */
  compared: z.int(),
  time: z.int(),
  /** Eigenvectors that diffusion distances are computed from; exact with one for each vertex. */
  basis: z.int(),
  distances: z.array(graphDistance),
  /** What it took, seconds. */
  seconds: double,
});
export type GraphAnswer = z.infer<typeof graphAnswer>;

/** What is being computed, in this order. */
export const graphStage = z.enum(['graph', 'spectrum', 'layout', 'distances']);
export type GraphStage = z.infer<typeof graphStage>;
