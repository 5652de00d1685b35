/**
 * How well classes and domains are connected by augmentation (Shen et al. 2022, arXiv 2204.00570): two groups of
 * views are the better connected, the worse a classifier tells them apart. Theory has a head fitted to the source
 * solve the target where α > γ and β > γ.
 */
import { z } from 'zod';
import { BasinError } from '#contract/error.ts';
import { permutation, type Stream } from '#engine/random.ts';
import type { AugmentedImages, ImageEvaluation, Measured } from '../definition.ts';
import { meanOf } from '../linalg/hutchinson.ts';
import { type Group, twoGroups } from './twoGroups.ts';

const params = z.strictObject({
  pairs: z.int().min(2).max(20).default(5).meta({
    title: 'Class pairs',
    description: 'Pairs of classes, no class in two of them; the standard error is over pairs.',
  }),
  steps: z.int().min(1).max(100_000).default(500).meta({
    title: 'Steps',
    description: 'Most steps of a classifier; it stops when it no longer improves.',
    unit: 'steps',
    scale: 'log',
  }),
  batchSize: z.int().min(2).max(4096).multipleOf(2).default(64).meta({
    title: 'Batch',
    description: 'Views a step, half of them of either group.',
    unit: 'views',
    scale: 'log',
  }),
  channels: z.int().min(4).max(128).default(8).meta({
    title: 'Channels',
    description: "Channels of the classifier's first convolution.",
    scale: 'log',
  }),
  learningRate: z.number().positive().max(1).default(2e-3).meta({
    title: 'Learning rate',
    description: 'Of AdamW.',
    scale: 'log',
  }),
});

export const connectivity: ImageEvaluation<typeof params> = {
  kind: 'evaluation',
  of: 'images',
  id: 'connectivity',
  title: 'Connectivity',
  help: 'Error of small classifiers that tell two groups of augmented images apart, on held-out images: α same class in two domains, β two classes in one domain, γ two classes in two domains. ½ cannot be told apart. It does not depend on what was learnt.',
  reference: 'Shen et al. 2022, arXiv 2204.00570',
  studies: ['contrastive'],
  params,
  // Most that they may be: classifiers stop when they no longer improve.
  cost: ({ pairs, steps, batchSize }) => ({ smallViews: 3 * pairs * steps * batchSize }),
  check: ({ train, classes }, { pairs }) => {
    if (!train.domains) throw unfit('the data have one domain', 'Remove it, or take digit-domains as data');
    const most = Math.floor(classes / 2);
    if (pairs > most)
      throw unfit(`${pairs} pairs of ${classes} classes share some`, `Take at most ${most} pairs`);
  },
  measure({ pairs, ...settings }, { train, test, shape, classes }, engine, random) {
    const order = permutation(random, classes);
    const classifier = twoGroups(settings, { train, test }, shape, engine);
    const groups = (set: AugmentedImages, [a, b]: readonly [Node, Node]) =>
      [groupOf(set, a), groupOf(set, b)] as const;
    const errorOf = (of: readonly [Node, Node], own: Stream): number =>
      classifier.heldOutError(groups(train, of), groups(test, of), own);
    try {
      const found = Array.from({ length: pairs }, (_, pair) => {
        const [one, other] = [order[2 * pair] as number, order[2 * pair + 1] as number];
        // Either domain has its turn where a pair could take both.
        const [here, there] = pair % 2 === 0 ? [0, 1] : [1, 0];
        return {
          classes: [one, other],
          alpha: errorOf([node(one, 0), node(one, 1)], random),
          beta: errorOf([node(one, here), node(other, here)], random),
          gamma: errorOf([node(one, here), node(other, there)], random),
        };
      });
      return (['alpha', 'beta', 'gamma'] as const).map((name): Measured => {
        const { estimate, stderr } = meanOf(found.map((pair) => pair[name]));
        return { name: `connectivity/${name}`, value: estimate, stderr, detail: { pairs: found } };
      });
    } finally {
      classifier.dispose();
    }
  },
};

interface Node {
  readonly label: number;
  readonly domain: number;
}

function node(label: number, domain: number): Node {
  return { label, domain };
}

function groupOf({ labels, domains }: AugmentedImages, { label, domain }: Node): Group {
  return Array.from({ length: labels.length }, (_, i) => i).filter(
    (i) => labels[i] === label && domains?.[i] === domain,
  );
}

function unfit(why: string, remedy: string): BasinError {
  return new BasinError('bad-input', `Evaluation connectivity: ${why}. ${remedy}.`, 'evaluations');
}
