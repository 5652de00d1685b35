/** What an encoder sees of the vertices of a graph that is not made of images. */
import { z } from 'zod';
import { stream } from '#engine/random.ts';
import type { ImageShape } from '../definition.ts';
import type { GraphPopulation } from '../graph/population.ts';

export const inputSettings = {
  inputSignal: z.number().min(0).max(10).default(0.5).meta({
    title: 'Input signal',
    description:
      "What a perceptron sees of a vertex: normal numbers of the vertex's own, plus this many times those of its group. At 0 the inputs say nothing of groups; a table of vectors sees none of it.",
  }),
  seed: z.int().min(0).default(0).meta({
    title: 'Graph seed',
    description: 'Draws the graph and the inputs; the run has a seed of its own.',
  }),
};

/** Wide enough that a perceptron can tell a few thousand random vectors apart. */
export const inputShape: ImageShape = { height: 1, width: 32, channels: 1 };

/** Vertex i, of group g = `groups`[i], gets ε_i + signal · c_g, all of them standard normal vectors. */
export function vertexInputs(
  groups: ArrayLike<number>,
  signal: number,
  seed: number,
): Pick<GraphPopulation, 'shape' | 'inputs'> {
  const { width } = inputShape;
  const inputs = new Float32Array(groups.length * width);
  const own = stream(seed, 'graph/inputs');
  const centres = new Map<number, Float64Array>();
  for (let i = 0; i < groups.length; i++) {
    const group = groups[i] as number;
    const centre = centres.get(group) ?? centreOf(group, width, seed);
    centres.set(group, centre);
    for (let j = 0; j < width; j++) inputs[i * width + j] = own.normal() + signal * (centre[j] as number);
  }
  return { shape: inputShape, inputs };
}

function centreOf(group: number, width: number, seed: number): Float64Array {
  const random = stream(seed, 'graph/centres', group);
  return Float64Array.from({ length: width }, () => random.normal());
}
