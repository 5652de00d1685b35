/**
 * Views of photographs as in SimCLR (Chen et al. 2020, appendix A): random resized crop and flip in one bilinear warp,
 * colours, grey, blur; and BYOL's solarisation of second views.
 */
import { z } from 'zod';
import type { Stream } from '#engine/random.ts';
import {
  add,
  greaterEqual,
  mul,
  reshape,
  sub,
  type Tensor,
  type Tensor2D,
  type Tensor4D,
  where,
} from '#engine/tf.ts';
import type { Augmentation, ImageShape } from '../definition.ts';
import { blur, gaussianTaps, plainBlur, type Taps } from './blur.ts';
import { coloursOf, plainRecolour, recolour } from './colour.ts';
import { drawOf, eachView, packedDraws } from './draws.ts';
import { cropScales, drawRectangle, scalesFault, scalesInOrder } from './rectangle.ts';
import { cropMap, flippedMap, plainWarp, warp } from './warp.ts';

const share = z.number().min(0).max(1);
const strength = z.number().min(0).max(1);

const params = z
  .strictObject({
    ...cropScales(0.2),
    flipProbability: share.default(0.5).meta({
      title: 'Flip',
      description: 'Probability of a mirror image; 0 where left and right have a meaning.',
    }),
    jitterProbability: share.default(0.8).meta({
      title: 'Colour jitter',
      description: 'Probability of other brightness, contrast, saturation and hue.',
    }),
    brightness: strength.default(0.4).meta({
      title: 'Brightness',
      description: 'It is multiplied by 1 ± up to this much.',
    }),
    contrast: strength.default(0.4).meta({
      title: 'Contrast',
      description: 'Distances from the mean are multiplied by 1 ± up to this much.',
    }),
    saturation: strength.default(0.4).meta({
      title: 'Saturation',
      description: 'Distances from grey are multiplied by 1 ± up to this much.',
    }),
    hue: z.number().min(0).max(0.5).default(0.1).meta({
      title: 'Hue',
      description: 'Largest turn of the colour circle to either side.',
      unit: 'turns',
    }),
    greyProbability: share.default(0.2).meta({
      title: 'Grey',
      description: 'Probability of a view without colour.',
    }),
    blurProbability: share.default(0.5).meta({
      title: 'Blur',
      description: 'Probability of a Gaussian blur; images of 32 pixels or fewer are never blurred.',
    }),
    blurSigma: z.number().min(0.1).max(1).default(1).meta({
      title: 'Largest blur',
      description: 'Upper end of its standard deviation, which starts at 0.1.',
      unit: 'pixels',
    }),
    solariseProbability: share.default(0).meta({
      title: 'Solarise',
      description: 'Probability that values of ½ and more of a second view are turned over; 0.2 in BYOL.',
    }),
  })
  .refine(scalesInOrder, scalesFault);

/** Images so small lose what they show by a blur. */
const unblurred = 32;

export const photos: Augmentation<typeof params> = {
  kind: 'augmentation',
  id: 'photos',
  title: 'Photograph views',
  help: 'Random crop, flip, colour jitter, grey, blur and solarisation. Grey images change in brightness and contrast alone.',
  reference:
    'Chen et al. 2020, arXiv 2002.05709, appendix A; Grill et al. 2020, arXiv 2006.07733, appendix B',
  studies: ['contrastive'],
  params,
  draw: (chosen, count, shape, random, second = count) =>
    packedDraws(count, (view) => {
      const { solarised, ...drawn } = drawView(chosen, shape, random);
      return { ...drawn, solarised: [+(solarised && view >= second)] };
    }),
  views(images, { maps, colours, taps, solarised }) {
    const coloured = recolour(warp(images, maps as Tensor2D), colours as Tensor2D);
    return solarise(blur(coloured, taps as Tensor2D), solarised as Tensor2D);
  },
  plainViews: (images, draws, shape) =>
    eachView(images, shape, (image, view, at) => {
      plainWarp(image, view, shape, drawOf(draws, 'maps', at));
      plainRecolour(view, shape, drawOf(draws, 'colours', at));
      plainBlur(view, shape, drawOf(draws, 'taps', at) as unknown as Taps);
      if (drawOf(draws, 'solarised', at)[0] === 1) plainSolarise(view);
    }),
};

function drawView(chosen: z.output<typeof params>, shape: ImageShape, random: Stream) {
  const between = (low: number, high: number): number => low + (high - low) * random.uniform();
  const about = (one: number, reach: number): number => between(one - reach, one + reach);
  const crop = drawRectangle(shape, chosen.minScale, chosen.maxScale, 3 / 4, random);
  // Every view takes the same number of draws, so that one setting does not shift another's draws.
  const flips = random.uniform() < chosen.flipProbability;
  const jitters = random.uniform() < chosen.jitterProbability;
  const brightness = about(1, chosen.brightness);
  const contrast = about(1, chosen.contrast);
  const saturation = about(1, chosen.saturation);
  const angle = 2 * Math.PI * about(0, chosen.hue);
  const grey = random.uniform() < chosen.greyProbability;
  const blurs = random.uniform() < chosen.blurProbability;
  const sigma = between(0.1, chosen.blurSigma);
  const solarised = random.uniform() < chosen.solariseProbability;
  const large = Math.max(shape.height, shape.width) > unblurred;
  const map = cropMap(shape, crop, 0);
  const [b, c, s, h] = jitters ? [brightness, contrast, saturation, angle] : [1, 1, 1, 0];
  return {
    maps: flips ? flippedMap(map, shape) : map,
    colours: coloursOf(b, c, grey ? 0 : s, h),
    taps: gaussianTaps(blurs && large ? sigma : 0),
    solarised,
  };
}

/** v → 1 − v where v ≥ ½, in views whose `chosen` [count, 1] is 1. */
function solarise(views: Tensor4D, chosen: Tensor2D): Tensor4D {
  const turned: Tensor = where(greaterEqual(views, 0.5), sub(1, views), views);
  return add(views, mul(sub(turned, views), reshape(chosen, [-1, 1, 1, 1])));
}

function plainSolarise(view: Float32Array): void {
  for (const [at, value] of view.entries()) if (value >= 0.5) view[at] = 1 - value;
}
