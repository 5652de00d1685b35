/** A finite population held in TensorFlow, for a loss that is an exact expectation over it. */
import { BasinError } from '#contract/error.ts';
import {
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  type Tensor4D,
  tensor,
  tidy,
  type Variable,
  variable,
} from '#engine/tf.ts';
import type { GraphPopulation } from '../../graph/population.ts';
import { labelsSeen } from './graphPairs.ts';
import type { Views } from './model.ts';

/** More vertices make a dense matrix of more than 100 MB. */
const most = 5000;

export interface PopulationTensors {
  readonly variables: readonly Variable[];
  readonly views: Views;
  dispose(): void;
}

/** @throws BasinError `bad-input` for more vertices than a dense matrix is good for */
export function populationTensors(population: GraphPopulation): PopulationTensors {
  const { vertices: n, pairs, marginals, inputs, shape } = population;
  if (n > most) {
    const why = `${n} vertices are more than the ${most} whose pairs are all taken at once`;
    throw new BasinError('bad-input', `Setting pairs: ${why}. Take sampled, or fewer vertices.`, 'pairs');
  }
  const joint = new Float32Array(n * n);
  for (const [i, weight] of pairs.weight.entries()) {
    joint[(pairs.from[i] as number) * n + (pairs.to[i] as number)] = weight;
  }
  const held: Variable[] = [];
  const hold = (data: Float32Array | Int32Array, sides: readonly number[]): Tensor => {
    const type = data instanceof Float32Array ? 'float32' : 'int32';
    const made = tidy(() => variable(tensor(data, [...sides], type), false));
    held.push(made);
    return made;
  };
  const all = Int32Array.from({ length: n }, (_, vertex) => vertex);
  return {
    views: {
      images: hold(inputs, [n, shape.height, shape.width, shape.channels]) as Tensor4D,
      vertices: hold(all, [n]) as Tensor1D,
      labels: hold(labelsSeen(population), [n]) as Tensor1D,
      population: {
        joint: hold(joint, [n, n]) as Tensor2D,
        marginal: hold(Float32Array.from(marginals), [n]) as Tensor1D,
      },
    },
    variables: held,
    dispose() {
      for (const each of held) each.dispose();
    },
  };
}
