/**
 * Views of handwritten digits: random resized crop and a small rotation in one bilinear warp, blur,
 * and random erasing. No flips: a mirrored digit is another sign.
 */
import { z } from 'zod';
import type { Stream } from '#engine/random.ts';
import type { Tensor2D } from '#engine/tf.ts';
import type { Augmentation, ImageShape } from '../definition.ts';
import { blur, gaussianTaps, plainBlur, type Taps } from './blur.ts';
import { drawOf, eachView, packedDraws } from './draws.ts';
import { erase, type Hole, holeOf, nothing, plainErase } from './erase.ts';
import { cropScales, drawRectangle, scalesFault, scalesInOrder } from './rectangle.ts';
import { cropMap, plainWarp, warp } from './warp.ts';

const share = z.number().min(0).max(1);

const params = z
  .strictObject({
    ...cropScales(0.35),
    rotation: z.number().min(0).max(180).default(15).meta({
      title: 'Rotation',
      description: 'Largest turn to either side.',
      unit: 'degrees',
    }),
    eraseProbability: share.default(0.25).meta({
      title: 'Erase',
      description: 'Probability of blanking a rectangle of 2 % to 15 % of the area.',
    }),
    blurProbability: share.default(0.25).meta({
      title: 'Blur',
      description: 'Probability of a Gaussian blur.',
    }),
    blurSigma: z.number().min(0.1).max(1).default(0.8).meta({
      title: 'Largest blur',
      description: 'Upper end of its standard deviation, which starts at 0.1.',
      unit: 'pixels',
    }),
  })
  .refine(scalesInOrder, scalesFault);

export const digits: Augmentation<typeof params> = {
  kind: 'augmentation',
  id: 'digits',
  title: 'Digit views',
  help: 'Random crop, small rotation, erase and blur; no flips.',
  studies: ['contrastive'],
  params,
  draw: (chosen, count, shape, random) => packedDraws(count, () => drawView(chosen, shape, random)),
  views: (images, { maps, taps, holes }) =>
    erase(blur(warp(images, maps as Tensor2D), taps as Tensor2D), holes as Tensor2D),
  plainViews: (images, draws, shape) =>
    eachView(images, shape, (image, view, at) => {
      plainWarp(image, view, shape, drawOf(draws, 'maps', at));
      plainBlur(view, shape, drawOf(draws, 'taps', at) as unknown as Taps);
      plainErase(view, shape, drawOf(draws, 'holes', at) as unknown as Hole);
    }),
};

function drawView(chosen: z.output<typeof params>, shape: ImageShape, random: Stream) {
  const between = (low: number, high: number): number => low + (high - low) * random.uniform();
  const crop = drawRectangle(shape, chosen.minScale, chosen.maxScale, 3 / 4, random);
  const angle = (between(-chosen.rotation, chosen.rotation) * Math.PI) / 180;
  // Every view takes the same number of draws, so that one setting does not shift another's draws.
  const blurred = random.uniform() < chosen.blurProbability;
  const sigma = between(0.1, chosen.blurSigma);
  const erases = random.uniform() < chosen.eraseProbability;
  const erased = drawRectangle(shape, 0.02, 0.15, 1 / 3, random);
  return {
    maps: cropMap(shape, crop, angle),
    taps: gaussianTaps(blurred ? sigma : 0),
    holes: erases ? holeOf(shape, erased) : nothing,
  };
}
