/** Learning-rate schedules: a factor in [0, 1] of the base rate for each step. */
import { z } from 'zod';
import type { ScheduleDefinition } from '../definition.ts';

const warmup = z.number().min(0).max(1).meta({
  title: 'Warm-up',
  description: 'Share of all steps over which the rate rises linearly from zero.',
});
const cosineParams = z.strictObject({
  warmup: warmup.default(0.05),
  floor: z.number().min(0).max(1).default(0).meta({
    title: 'Final factor',
    description: 'Factor of the base rate that is reached at the last step.',
  }),
});
const stepParams = z.strictObject({
  warmup: warmup.default(0.05),
  milestones: z.array(z.number().min(0).max(1)).max(20).default([0.6, 0.8]).meta({
    title: 'Milestones',
    description: 'Shares of the run at which the rate falls.',
  }),
  factor: z.number().positive().max(1).default(0.1).meta({
    title: 'Factor',
    description: 'What the rate is multiplied with at each milestone.',
    scale: 'log',
  }),
});
const constantParams = z.strictObject({ warmup: warmup.default(0.05) });

export const cosine: ScheduleDefinition<typeof cosineParams> = {
  kind: 'schedule',
  id: 'cosine',
  title: 'Warm-up, then cosine',
  help: 'Rises linearly, then falls along half a cosine.',
  reference: 'Loshchilov and Hutter 2017, arXiv 1608.03983',
  studies: ['contrastive', 'mlm'],
  params: cosineParams,
  factor({ warmup, floor }, step, steps) {
    return afterRise(warmup, step, steps, (rise) => {
      const progress = (step - rise) / Math.max(1, steps - rise);
      return floor + (1 - floor) * 0.5 * (1 + Math.cos(Math.PI * progress));
    });
  },
};

export const linear: ScheduleDefinition<typeof cosineParams> = {
  kind: 'schedule',
  id: 'linear',
  title: 'Warm-up, then linear',
  help: 'Rises linearly, then falls linearly to the final factor.',
  reference: 'Devlin et al. 2019, arXiv 1810.04805',
  studies: ['contrastive', 'mlm'],
  params: cosineParams,
  factor({ warmup, floor }, step, steps) {
    return afterRise(
      warmup,
      step,
      steps,
      (rise) => 1 - (1 - floor) * ((step - rise) / Math.max(1, steps - rise)),
    );
  },
};

export const constant: ScheduleDefinition<typeof constantParams> = {
  kind: 'schedule',
  id: 'constant',
  title: 'Warm-up, then constant',
  help: 'Rises linearly, then stays at the base rate.',
  studies: ['contrastive', 'mlm'],
  params: constantParams,
  factor: ({ warmup }, step, steps) => afterRise(warmup, step, steps, () => 1),
};

export const step: ScheduleDefinition<typeof stepParams> = {
  kind: 'schedule',
  id: 'step',
  title: 'Warm-up, then steps',
  help: 'Rises linearly, then falls by the factor at each milestone.',
  reference: 'He, Zhang, Ren and Sun 2016, arXiv 1512.03385, section 4.2',
  studies: ['contrastive', 'mlm'],
  params: stepParams,
  factor({ warmup, milestones, factor }, step, steps) {
    return afterRise(
      warmup,
      step,
      steps,
      () => factor ** milestones.filter((share) => step >= share * steps).length,
    );
  },
};

/** The linear rise over the first share of all steps, then what `factor` gives; `rise` is its length in steps. */
function afterRise(share: number, step: number, steps: number, factor: (rise: number) => number): number {
  const rise = share * steps;
  return step < rise ? (step + 1) / (rise + 1) : factor(rise);
}
