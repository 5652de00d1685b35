/** A finite population of views with its positive-pair graph: what the contrastive theory is about. */
import type { ImageShape } from '../definition.ts';

export interface GraphPopulation {
  readonly vertices: number;
  /**
   * w(x, x⁺), the probability of each ordered pair: every undirected edge stands here in both
   * directions, no pair stands twice, and all weights sum to 1.
   */
  readonly pairs: {
    readonly from: Int32Array;
    readonly to: Int32Array;
    readonly weight: Float64Array;
  };
  /** w(x), the sum of the weights of a vertex: [vertices], each more than 0. */
  readonly marginals: Float64Array;
  /** What tasks ask for, [vertices]. */
  readonly labels: Int32Array;
  readonly classes: readonly string[];
  /** Cluster of each vertex, from 0. A label is constant on a cluster, or means to be. */
  readonly clusters: Int32Array;
  /** What an encoder sees of each vertex: [vertices, height, width, channels]. */
  readonly shape: ImageShape;
  readonly inputs: Float32Array;
  /** Named factors of each vertex, e.g. its position, where the generator has such. */
  readonly factors: Readonly<Record<string, Float64Array>>;
  /** Factors whose values are names: any two of them differ alike. */
  readonly nominal?: readonly string[];
}
