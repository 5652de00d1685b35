/** What is not known of AdamW's bias and of why flatter minima transfer: a grid to edit, not a result. */
import { z } from 'zod';
import type { PresetDefinition } from '../../../definition.ts';
import { unfinishedStatements } from '../../verdict.ts';
import {
  adamw,
  matchedExperiment,
  paperMatchedExperiment,
  sam,
  sgd,
  standardSteps,
} from './matchedExperiments.ts';
import { coefficient, interval } from './matchedRuns.ts';
import { resultsTable, statusStatement } from './results.ts';
import {
  flatnessAgainstAccuracy,
  fullestBin,
  lossFigure,
  matchedFigures,
  momentsOf,
  rescalingCaution,
  waysTable,
} from './waysOfTraining.ts';

const claim =
  'Open: which of the minima of equal loss does AdamW choose, beside SGD and SAM, and why do flatter ones transfer better, where they do?';

const named = { preset: 'open-questions', title: 'Open questions' };
const quick = {
  ...matchedExperiment,
  ...named,
  vary: {
    optimizer: [
      adamw(1e-3),
      adamw(2e-3),
      sam('adamw', 2e-3, 0.05),
      sgd(0.05),
      sgd(0.1),
      sam('sgd', 0.1, 0.05),
    ],
  },
};

export const openQuestions: PresetDefinition = {
  kind: 'preset',
  id: 'open-questions',
  study: 'mlm',
  title: 'AdamW, SAM and SGD: open questions',
  claim,
  help: 'AdamW, SGD and SAM on either in one grid, stopped at one excess, with probes and Tr(H): a spec to edit for a hypothesis of one’s own. It judges nothing.',
  reference: 'Liu, Xie, Li and Ma 2022, arXiv 2210.14199; Foret et al. 2021, arXiv 2010.01412',
  studies: ['mlm'],
  params: z.strictObject({}),
  experiment: quick,
  scales: {
    standard: { ...quick, ...standardSteps },
    paper: {
      ...paperMatchedExperiment,
      ...named,
      vary: { optimizer: [adamw(5e-4), sam('adamw', 5e-4, 0.05), sgd(0.3), sam('sgd', 0.3, 0.05)] },
    },
  },
  report(spec, runs) {
    const moments = runs.filter(({ status }) => status === 'finished').flatMap(momentsOf);
    const matched = fullestBin(moments);
    const found = (['flatness/trace', 'flatness/scaled_trace'] as const).flatMap((flatness) => {
      const one = flatnessAgainstAccuracy(moments, { flatness });
      return one ? [{ name: flatness === 'flatness/trace' ? 'Tr(H)' : 'Tr(DHD)', one }] : [];
    });
    return {
      title: spec.title,
      claim,
      verdict: 'not tested',
      statements: [
        'A spec to edit, not a result: no hypothesis is judged. Change the grid (vary), the model, the grammar or the measures, and read the tables.',
        ...unfinishedStatements(runs, statusStatement),
        ...found.map(
          ({ name, one }) =>
            `At equal loss and seed, ${name} and mean accuracy have rank correlation ${coefficient(one.rho)} (${interval(one)}, ${one.clusters} ways of training).`,
        ),
        rescalingCaution,
      ],
      tables: [...(matched.length > 0 ? [waysTable(matched)] : []), resultsTable(runs)],
      figures: [...matchedFigures(matched), lossFigure(moments)],
    };
  },
};
