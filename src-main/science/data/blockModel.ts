/** The stochastic block model (Holland, Laskey and Leinhardt 1983): blocks alike, edges inside more likely. */
import { z } from 'zod';
import { stream } from '#engine/random.ts';
import type { GraphDataset } from '../definition.ts';
import { blockGraph, edgeSetting } from './blockGraph.ts';
import { mostVertices } from './symmetricPairs.ts';
import { inputSettings, inputShape, vertexInputs } from './vertexInputs.ts';

const params = z
  .strictObject({
    blocks: z.int().min(2).max(50).default(4).meta({
      title: 'Blocks',
      description: 'Clusters, each with a label of its own.',
    }),
    vertices: z.int().min(2).max(1500).default(60).meta({
      title: 'Vertices',
      description: 'Views in each block.',
      scale: 'log',
    }),
    inside: z.number().min(0).max(1).default(0.5).meta({
      title: 'Probability inside',
      description: 'Of an edge between two vertices of one block.',
      scale: 'log',
    }),
    between: z.number().min(0).max(1).default(0.02).meta({
      title: 'Probability between',
      description: 'Of an edge between vertices of two blocks.',
      scale: 'log',
    }),
    ...edgeSetting,
    ...inputSettings,
  })
  .refine(({ blocks, vertices }) => blocks * vertices <= mostVertices, {
    path: ['vertices'],
    error: `blocks × vertices must be at most ${mostVertices}`,
  });

/**
 * With b blocks of m vertices, probabilities p and q, and expected edges, each vertex has the degree
 * d = 1 + (m − 1) p + (b − 1) m q, and Ā the eigenvalues 1; (1 + (m − 1) p − m q) / d, b − 1 times;
 * (1 − p) / d else.
 */
export const blockModel: GraphDataset<typeof params> = {
  kind: 'dataset',
  of: 'graph',
  id: 'block-model',
  title: 'Stochastic block model',
  help: 'Blocks of vertices with one probability of an edge inside and one between, as expected weights or drawn. Every vertex is also a pair with itself.',
  reference: 'Holland, Laskey and Leinhardt 1983, Social Networks 5',
  studies: ['contrastive'],
  params,
  outline: ({ blocks, vertices }) => ({ ...inputShape, vertices: blocks * vertices, classes: blocks }),
  load: async ({ blocks: count, vertices, inside, between, edges, inputSignal, seed }) => {
    const blocks = Int32Array.from({ length: count * vertices }, (_, x) => Math.floor(x / vertices));
    const probability = (a: number, b: number) => (a === b ? inside : between);
    return {
      ...blockGraph(blocks, probability, edges, stream(seed, 'graph/edges')),
      labels: blocks,
      classes: Array.from({ length: count }, (_, block) => `block ${block}`),
      clusters: blocks,
      ...vertexInputs(blocks, inputSignal, seed),
      factors: {},
    };
  },
};
