/** Where a spec's pairs and examples come from: images and their augmentation, or a finite population. */
import { BasinError } from '#contract/error.ts';
import type { ContrastiveRunSpec } from '#contract/spec.ts';
import { chosen } from '../../choice.ts';
import type { ImageSet } from '../../data/images.ts';
import type { AugmentedSets, ImageDataset, ImageShape, InputShape, SmallViews } from '../../definition.ts';
import type { GraphPopulation } from '../../graph/population.ts';
import { augmentations, datasets, losses, probes } from './components.ts';
import { type Examples, imageExamples, vertexExamples } from './examples.ts';
import { graphPairs, ofSource } from './graphPairs.ts';
import { augmentedImages, imagePairs, type Pairs, type PlainViews, type ViewsOf } from './pairs.ts';

export interface Source {
  readonly shape: InputShape & { readonly classes: number };
  readonly classes: readonly string[];
  /** What probes learn on and are judged on; a finite population is both. */
  readonly train: Examples;
  readonly test: Examples;
  readonly pairs: Pairs;
  /** Pairs of originals whose labels may be seen. */
  readonly labelled: Pairs;
  /** Present where it is finite. */
  readonly population?: GraphPopulation;
  /** Single views of images; absent where there are none. */
  readonly augmented?: AugmentedSets;
  /** What a person should know of the data, in sentences. */
  readonly remarks?: readonly string[];
  /** The two views of each image of a step without TensorFlow; absent where there are no images. */
  readonly plainViews?: PlainViews;
}

/** Needs no backend. @throws BasinError `bad-input` where data and other settings do not fit together */
export async function loadSource(spec: ContrastiveRunSpec): Promise<Source> {
  checkBatch(spec.batchSize);
  const { definition, params } = chosen(datasets, spec.data, 'data');
  const source =
    definition.of === 'images'
      ? await imageSource(spec, definition, params)
      : populationSource(spec, await definition.load(params));
  checkProbes(spec, source);
  return source;
}

async function imageSource(
  spec: ContrastiveRunSpec,
  dataset: ImageDataset,
  params: Record<string, unknown>,
): Promise<Source> {
  if (spec.pairs === 'population') {
    const why = 'images have too many views to take them all';
    throw new BasinError('bad-input', `Setting pairs: ${why}. Take sampled, or a graph as data.`, 'pairs');
  }
  const data = await dataset.load(params);
  const labelled = labelledImages(data.train, data);
  const loss = chosen(losses, spec.loss, 'loss');
  const learnt = loss.definition.labelled ? labelled : data.train;
  if (spec.batchSize > learnt.count) {
    const why = `${spec.batchSize} is more than the ${learnt.count} images there are`;
    throw new BasinError(
      'bad-input',
      `Setting batchSize: ${why}. Take at most ${learnt.count}.`,
      'batchSize',
    );
  }
  const augmentation = chosen(augmentations, spec.augmentation, 'augmentation');
  const views: ViewsOf = {
    draw: (count, random, second) =>
      augmentation.definition.draw(augmentation.params, count, data, random, second),
    views: augmentation.definition.views,
    plainViews: (images, draws) => augmentation.definition.plainViews(images, draws, data),
  };
  const small = smallViewsOf(spec, data);
  const withSmall = { ...views, ...(small && { small }) };
  const { height, width, channels, classes } = data;
  const { plainViews, ...pairs } = imagePairs(learnt, data, withSmall, spec.batchSize, spec.seed);
  return {
    shape: { height, width, channels, classes: classes.length },
    classes,
    train: imageExamples(data.train, data),
    test: imageExamples(data.test, data),
    pairs,
    labelled: imagePairs(labelled, data, views, Math.min(spec.batchSize, labelled.count), spec.seed),
    plainViews,
    ...(data.remarks && { remarks: data.remarks }),
    augmented: {
      train: augmentedImages(data.train, data, views),
      test: augmentedImages(data.test, data, views),
      shape: { height, width, channels },
      classes: classes.length,
    },
  };
}

/** What the loss asks for beside the pair; undefined where it asks for nothing. */
function smallViewsOf(spec: ContrastiveRunSpec, shape: ImageShape): ViewsOf['small'] {
  const asked = smallViewsAsked(spec);
  if (asked.count === 0) return undefined;
  const { definition, params } = chosen(augmentations, spec.augmentation, 'augmentation');
  if (!('maxScale' in params)) {
    const why = `the augmentation ${definition.id} has no crops, and the loss asks for small ones`;
    throw new BasinError('bad-input', `Setting augmentation: ${why}. Take digits or photos.`, 'augmentation');
  }
  const settings = { ...params, minScale: asked.least, maxScale: asked.most };
  return { count: asked.count, draw: (count, random) => definition.draw(settings, count, shape, random) };
}

export function smallViewsAsked(spec: ContrastiveRunSpec): SmallViews {
  const { definition, params } = chosen(losses, spec.loss, 'loss');
  return definition.smallViews?.(params) ?? { count: 0, least: 1, most: 1 };
}

/** Those whose labels may be learnt from, which come first. */
function labelledImages({ pixels, labels, labelled: count }: ImageSet, shape: ImageShape): ImageSet {
  if (count === undefined) return { count: labels.length, pixels, labels };
  const size = shape.height * shape.width * shape.channels;
  return { count, pixels: pixels.subarray(0, count * size), labels: labels.subarray(0, count) };
}

function populationSource(spec: ContrastiveRunSpec, population: GraphPopulation): Source {
  if (spec.augmentation.id !== 'none') {
    const why = 'the edges of a graph are its augmentation';
    throw new BasinError('bad-input', `Setting augmentation: ${why}. Take none.`, 'augmentation');
  }
  if (smallViewsAsked(spec).count > 0) {
    const why = 'the vertices of a graph have no crops';
    throw new BasinError('bad-input', `Setting loss.smallViews: ${why}. Take 0.`, 'loss.smallViews');
  }
  const all = vertexExamples(population);
  const { shape, vertices, classes } = population;
  const { labelled } = chosen(losses, spec.loss, 'loss').definition;
  const ofLabelled = graphPairs(ofSource(population), spec.batchSize, spec.seed);
  return {
    shape: { ...shape, vertices, classes: classes.length },
    classes,
    train: all,
    test: all,
    pairs: labelled ? ofLabelled : graphPairs(population, spec.batchSize, spec.seed),
    labelled: ofLabelled,
    population,
  };
}

function checkProbes(spec: ContrastiveRunSpec, { train, augmented }: Source): void {
  for (const [i, choice] of spec.probes.entries()) {
    const { definition } = chosen(probes, choice, `probes.${i}`);
    if (!('measure' in definition)) continue;
    const { id, domains, images } = definition;
    const wrong = (why: string, data: string) =>
      new BasinError(
        'bad-input',
        `Setting probes.${i}: ${id} ${why}. Remove it, or take ${data} as data.`,
        `probes.${i}`,
      );
    if (domains && !train.domains) {
      throw wrong('compares two domains, and the data have one', 'digit-domains or class-domain-graph');
    }
    if (images && !augmented)
      throw wrong('estimates a graph from images, and the data are a graph', 'images');
  }
}

function checkBatch(batchSize: number): void {
  if (batchSize >= 2) return;
  const why = 'one example has no other to be told from';
  throw new BasinError('bad-input', `Setting batchSize: ${why}. Take 2 or more.`, 'batchSize');
}
