/** Every study that Basin knows. */
import type { RunSpec } from '#contract/spec.ts';
import type { StudyDefinition } from './training.ts';

export const studyDefinitions: readonly StudyDefinition<RunSpec>[] = [];
