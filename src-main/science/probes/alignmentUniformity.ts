/** Alignment and uniformity of unit features (Wang and Isola 2020, equations 1 and 2 of section 4). */
import { z } from 'zod';
import { BasinError } from '#contract/error.ts';
import type { FeatureProbe } from '../definition.ts';
import { meanOf } from '../linalg/hutchinson.ts';

const params = z.strictObject({
  temperature: z.number().positive().max(100).default(2).meta({
    title: 'Uniformity t',
    description: 'Of the Gaussian potential exp(−t‖x − y‖²).',
    scale: 'log',
  }),
});

export const alignmentUniformity: FeatureProbe<typeof params> = {
  kind: 'probe',
  id: 'alignment-uniformity',
  title: 'Alignment and uniformity',
  help:
    'Of features scaled to length 1: the mean squared distance of the two views of an original, and the ' +
    'logarithm of the mean Gaussian potential of different originals. Lower is better for both.',
  reference: 'Wang and Isola 2020, arXiv 2005.10242, section 4',
  studies: ['contrastive'],
  params,
  measure({ temperature }, { pairs }) {
    if (!pairs) {
      const why = 'the study has no two views of one original';
      throw new BasinError('bad-input', `Probe alignment-uniformity: ${why}. Remove it.`, 'probes');
    }
    const { width, first, second } = pairs();
    const [a, b] = [unitRows(first, width), unitRows(second, width)];
    const distances = a.map((row, i) => squaredDistance(row, b[i] as Float64Array));
    const { estimate, stderr } = meanOf(distances);
    const uniformity = (logPotential(a, temperature) + logPotential(b, temperature)) / 2;
    return [
      { name: 'features/alignment', value: estimate, stderr },
      { name: 'features/uniformity', value: uniformity, stderr: null },
    ];
  },
};

/** log of the mean over pairs of different rows of exp(−t‖x − y‖²). */
function logPotential(rows: readonly Float64Array[], t: number): number {
  let sum = 0;
  for (const [i, row] of rows.entries()) {
    for (let j = 0; j < i; j++) sum += Math.exp(-t * squaredDistance(row, rows[j] as Float64Array));
  }
  return Math.log(sum / ((rows.length * (rows.length - 1)) / 2));
}

/** A zero row stays zero. */
function unitRows(features: Float32Array, width: number): Float64Array[] {
  return Array.from({ length: features.length / width }, (_, i) => {
    const row = Float64Array.from(features.subarray(i * width, (i + 1) * width));
    const length = Math.hypot(...row);
    return length > 0 ? row.map((value) => value / length) : row;
  });
}

function squaredDistance(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let j = 0; j < a.length; j++) sum += ((a[j] as number) - (b[j] as number)) ** 2;
  return sum;
}
