/** Every study that Basin knows. */
import type { RunSpec } from '#contract/spec.ts';
import { contrastiveStudy } from './contrastive/index.ts';
import { mlmStudy } from './mlm/index.ts';
import type { StudyDefinition } from './training.ts';

// A study is only handed specs of its own: `studyOf` chooses by the spec's study.
export const studyDefinitions: readonly StudyDefinition<RunSpec>[] = [contrastiveStudy, mlmStudy];
