/** Classes in two domains, with one probability of an edge for each way in which two vertices may differ. */
import { z } from 'zod';
import { stream } from '#engine/random.ts';
import type { GraphDataset } from '../definition.ts';
import { blockGraph, edgeSetting } from './blockGraph.ts';
import { mostVertices } from './symmetricPairs.ts';
import { inputSettings, inputShape, vertexInputs } from './vertexInputs.ts';

const probability = (usual: number) => z.number().min(0).max(1).default(usual);

const params = z
  .strictObject({
    classes: z.int().min(2).max(50).default(3).meta({
      title: 'Classes',
      description: 'Each is in both domains.',
    }),
    vertices: z.int().min(2).max(750).default(25).meta({
      title: 'Vertices',
      description: 'Views of each class in each domain.',
      scale: 'log',
    }),
    rho: probability(0.6).meta({
      title: 'ρ',
      description: 'Probability of an edge between vertices of one class and one domain.',
      scale: 'log',
    }),
    alpha: probability(0.1).meta({
      title: 'α',
      description: 'Probability of an edge between the domains, inside a class.',
      scale: 'log',
    }),
    beta: probability(0.1).meta({
      title: 'β',
      description: 'Probability of an edge between classes, inside a domain.',
      scale: 'log',
    }),
    gamma: probability(0.02).meta({
      title: 'γ',
      description: 'Probability of an edge where class and domain both differ.',
      scale: 'log',
    }),
    ...edgeSetting,
    ...inputSettings,
  })
  .refine(({ classes, vertices }) => 2 * classes * vertices <= mostVertices, {
    path: ['vertices'],
    error: `2 × classes × vertices must be at most ${mostVertices}`,
  });

/**
 * With C classes and expected edges, as m grows, Ā has for eigenvectors that are constant on classes in domains
 * the eigenvalues, times d = ρ + α + (C − 1)(β + γ): d; ρ − α + (C − 1)(β − γ), which tells the domains apart;
 * ρ + α − β − γ, C − 1 times, which tell classes apart alike in both domains; and ρ − α − β + γ, C − 1 times,
 * which do so with opposite signs. The head of one domain solves the other where the third is above the fourth:
 * α > γ (Shen et al. 2022, section 3).
 */
export const graphDomains: GraphDataset<typeof params> = {
  kind: 'dataset',
  of: 'graph',
  id: 'class-domain-graph',
  title: 'Classes in two domains',
  help: 'A graph of (class × domain): edges inside both have probability ρ, between domains α, between classes β, between both γ. A head of the source domain solves the target where α > γ and β > γ.',
  reference: 'Shen et al. 2022, arXiv 2204.00570',
  studies: ['contrastive'],
  params,
  outline: ({ classes, vertices }) => ({ ...inputShape, vertices: 2 * classes * vertices, classes }),
  load: async ({ classes, vertices, rho, alpha, beta, gamma, edges, inputSignal, seed }) => {
    const blocks = Int32Array.from({ length: 2 * classes * vertices }, (_, x) => Math.floor(x / vertices));
    const classOf = (block: number) => block % classes;
    const domainOf = (block: number) => Math.floor(block / classes);
    const between = (a: number, b: number) => {
      if (domainOf(a) === domainOf(b)) return classOf(a) === classOf(b) ? rho : beta;
      return classOf(a) === classOf(b) ? alpha : gamma;
    };
    return {
      ...blockGraph(blocks, between, edges, stream(seed, 'graph/edges')),
      labels: blocks.map(classOf),
      classes: Array.from({ length: classes }, (_, c) => `class ${c}`),
      clusters: blocks,
      ...vertexInputs(blocks, inputSignal, seed),
      factors: { domain: Float64Array.from(blocks, domainOf) },
      nominal: ['domain'],
    };
  },
};
