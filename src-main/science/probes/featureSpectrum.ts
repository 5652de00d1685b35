/** How many directions the features use: the spectrum of their covariance, and its effective rank. */
import { z } from 'zod';
import type { FeatureProbe } from '../definition.ts';
import { eigenvalues } from '../linalg/eigh.ts';
import { meanOf, secondMoments } from './covariance.ts';

const params = z.strictObject({});

export const featureSpectrum: FeatureProbe<typeof params> = {
  kind: 'probe',
  id: 'feature-spectrum',
  title: 'Spectrum of features',
  help:
    "Eigenvalues of the test features' covariance, and their effective rank: exp of the entropy of the " +
    'eigenvalues as shares of their sum. 1 where all features lie on a line, the width where they fill space evenly.',
  reference: 'Roy and Vetterli 2007, the effective rank; there of singular values, here of eigenvalues',
  studies: ['contrastive', 'mlm'],
  params,
  measure(_params, { test }) {
    const values = eigenvalues(secondMoments(test, meanOf(test)), test.width).reverse();
    // Rounding leaves a covariance of lesser rank with eigenvalues just below 0.
    const spectrum = [...values].map((value) => Math.max(0, value));
    const total = spectrum.reduce((sum, value) => sum + value, 0);
    const entropy = spectrum.reduce((sum, value) => {
      const share = total > 0 ? value / total : 0;
      return share > 0 ? sum - share * Math.log(share) : sum;
    }, 0);
    // Features that are all equal use no direction.
    const rank = total > 0 ? Math.exp(entropy) : 0;
    return [
      { name: 'features/effective_rank', value: rank, stderr: null, detail: { eigenvalues: spectrum } },
    ];
  },
};
