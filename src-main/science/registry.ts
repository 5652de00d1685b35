/** Every registered component, and what specs mean in terms of them. Loads no native library. */
import type { ComponentInfo, ComponentKind } from '#contract/component.ts';
import type { StudyInfo } from '#contract/host.ts';
import type { Report } from '#contract/report.ts';
import type { Estimate, ExperimentSpec, RunSpec } from '#contract/spec.ts';

export declare function components(kind?: ComponentKind): ComponentInfo[];
/** All defaults filled in. @throws BasinError `bad-input` with the path of the setting. */
export declare function resolveExperiment(input: unknown): ExperimentSpec;
export declare function expandRuns(spec: ExperimentSpec): { name: string; spec: RunSpec }[];
export declare function estimateRun(spec: RunSpec): Estimate;
export declare function parameterCount(spec: RunSpec): number | null;
export declare function studies(): StudyInfo[];
export declare function writeReport(
  spec: ExperimentSpec,
  runs: readonly RunResult[],
): Report | null;

/** What a report is written from. */
export interface RunResult {
  readonly name: string;
  readonly spec: RunSpec;
  readonly status: string;
  readonly step: number;
  readonly seconds: number;
  readonly metrics: Readonly<Record<string, number>>;
  readonly measurements: readonly { name: string; step: number; value: number; stderr: number | null }[];
}
