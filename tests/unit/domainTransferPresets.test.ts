import { expect, test } from 'vitest';
import type { RunResult } from '#science/definition.ts';
import { expandRuns, resolveExperiment } from '#science/registry.ts';
import { domainTransferGraph } from '#science/studies/contrastive/presets/domainTransferGraph.ts';

const graph = resolveExperiment(domainTransferGraph.experiment);

/** Every run of the preset, finished, with the accuracy on the target given. */
function graphRuns(target: (above: boolean, supervised: boolean) => number): RunResult[] {
  return expandRuns(graph).map(({ name, spec }) => {
    const accuracy = target(Number(spec.data.alpha) > Number(spec.data.gamma), spec.loss.id === 'supervised');
    return {
      ...{ name, spec, status: 'finished', step: spec.steps, seconds: 1 },
      metrics: { 'accuracy/target_linear': accuracy, 'accuracy/target_averaged': accuracy },
      measurements: [],
    };
  });
}

test('transfer on graphs is judged on either side of α = γ', () => {
  const asClaimed = (above: boolean, supervised: boolean) => (supervised ? 0.35 : above ? 1 : 0);
  const report = domainTransferGraph.report(graph, graphRuns(asClaimed));
  expect(report.verdict).toBe('held');
  expect(report.statements[0]).toMatch(
    /^α = 0\.1 > γ = 0\.02: .* 100\.00 % to 100\.00 % .* 35\.00 % to 35\.00 %/,
  );
  const [table] = report.tables;
  expect(table?.rows.map(([alpha, gamma, graphs]) => [alpha, gamma, graphs])).toEqual([
    ...[
      [0.1, 0.02, 3],
      [0.08, 0.04, 3],
      [0.04, 0.08, 3],
      [0.02, 0.1, 3],
    ],
  ]);
  for (const row of table?.rows ?? []) expect(row.length).toBe(table?.columns.length);
  expect(report.figures?.[0]?.series[0]?.points.map(({ y }) => y)).toEqual([1, 1, 0, 0]);
});

test.each([
  ['a head that fails where it should transfer', (above: boolean) => (above ? 0.9 : 0)],
  ['a head that transfers against the graph', () => 1],
  [
    'supervised learning that is as good',
    (above: boolean, supervised: boolean) => (supervised || above ? 1 : 0),
  ],
])('the claim does not hold for %s', (_what, target) => {
  expect(domainTransferGraph.report(graph, graphRuns(target)).verdict).toBe('not held');
});

test('without runs on both sides nothing is judged', () => {
  const runs = graphRuns(() => 1);
  expect(domainTransferGraph.report(graph, []).verdict).toBe('not tested');
  const above = runs.filter(({ spec }) => Number(spec.data.alpha) > Number(spec.data.gamma));
  expect(domainTransferGraph.report(graph, above).verdict).toBe('not tested');
  const bare = runs.map((run) => ({ ...run, metrics: {} }));
  expect(domainTransferGraph.report(graph, bare).verdict).toBe('not tested');
});
