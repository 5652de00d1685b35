/** Every registered component, and what specs mean in terms of them. Loads no native library. */
import type { ComponentInfo, ComponentKind } from '#contract/component.ts';
import type { Preview, StudyInfo } from '#contract/host.ts';
import type { Report } from '#contract/report.ts';
import type { Estimate, ExperimentSpec, RunSpec } from '#contract/spec.ts';
import type { RunResult } from './definition.ts';

export declare function components(kind?: ComponentKind): ComponentInfo[];
/** All defaults filled in. @throws BasinError `bad-input` with the path of the setting. */
export declare function resolveExperiment(input: unknown): ExperimentSpec;
export declare function expandRuns(spec: ExperimentSpec): { name: string; spec: RunSpec }[];
export declare function estimateRun(spec: RunSpec): Estimate;
export declare function parameterCount(spec: RunSpec): number;
export declare function preview(spec: RunSpec): Promise<Preview>;
export declare function studies(): StudyInfo[];
/** Null where the experiment does not come from a preset. */
export declare function writeReport(spec: ExperimentSpec, runs: readonly RunResult[]): Report | null;
