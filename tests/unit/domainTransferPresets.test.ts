import { expect, test } from 'vitest';
import type { RunResult } from '#science/definition.ts';
import { expandRuns, resolveExperiment } from '#science/registry.ts';
import { domainTransfer } from '#science/studies/contrastive/presets/domainTransfer.ts';
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

const digits = resolveExperiment(domainTransfer.experiment);

/** Every run of the preset, finished, with accuracies on the target and α, β and γ as given. */
function digitRuns(
  accuracy: (
    target: string,
    way: 'supervised' | 'supervised_tuned' | 'linear' | 'fine_tuned',
    seed: number,
  ) => number,
  connected = { alpha: 0.1, beta: 0.05, gamma: 0.02 },
): RunResult[] {
  return expandRuns(digits).map(({ name, spec }) => {
    const [target, alone] = [String(spec.data.target), spec.loss.id === 'supervised'];
    return {
      ...{ name, spec, status: 'finished', step: spec.steps, seconds: 1, measurements: [] },
      metrics: {
        'accuracy/target_linear': accuracy(target, alone ? 'supervised' : 'linear', spec.seed),
        'accuracy/target_fine_tuned': accuracy(target, alone ? 'supervised_tuned' : 'fine_tuned', spec.seed),
        ...(alone
          ? {}
          : Object.fromEntries(
              Object.entries(connected).map(([key, value]) => [`connectivity/${key}`, value]),
            )),
      },
    };
  });
}

test('connectivity is measured with one objective, and both differ in nothing else', () => {
  const runs = expandRuns(digits);
  expect(runs.length).toBe(18);
  for (const { spec } of runs) expect(spec.evaluations.length).toBe(spec.loss.id === 'supervised' ? 0 : 1);
  const plain = runs.map(({ spec }) => ({ ...spec, data: null, loss: null, evaluations: null, seed: 0 }));
  for (const spec of plain) expect(spec).toEqual(plain[0]);
});

test('pre-training is judged against supervised learning on each target', () => {
  const better = digitRuns((_, way, seed) => (way === 'linear' ? 0.8 : 0.6) + 0.01 * seed);
  const report = domainTransfer.report(digits, better);
  expect(report.verdict).toBe('held');
  // The mean of 0.80, 0.81, 0.82 and 0.01 / √3.
  expect(report.statements[0]).toMatch(
    /^optical: .* linear head 81\.00 % ± 0\.58 %, fine-tuned 61\.00 % .* source at its best \(linear head\) 61\.00 % .* Better: linear head\.$/,
  );
  expect(report.statements[1]).toMatch(/α 0\.1000 .*: α > γ, as theory asks for\.$/);
  for (const row of report.tables[0]?.rows ?? []) expect(row.length).toBe(report.tables[0]?.columns.length);
  const [accuracies, connectivity] = report.figures ?? [];
  expect(accuracies?.series.map(({ points }) => points.length)).toEqual([3, 3, 3, 3, 0, 0]);
  for (const [i, value] of [0.1, 0.05, 0.02].entries()) {
    expect(connectivity?.series[i]?.points[0]?.y).toBeCloseTo(value, 10);
  }
});

test('one target on which neither way is better is enough for the claim not to hold', () => {
  const equal = digitRuns(
    (target, way, seed) => (target !== 'noised' && !way.startsWith('supervised') ? 0.8 : 0.6) + 0.01 * seed,
  );
  const report = domainTransfer.report(digits, equal);
  expect(report.verdict).toBe('not held');
  expect(report.statements.filter((line) => line.startsWith('noised'))[0]).toMatch(/Neither is better\.$/);
  const failing = domainTransfer.report(
    digits,
    digitRuns(() => 0.6, { alpha: 0.01, beta: 0.05, gamma: 0.04 }),
  );
  expect(failing.statements[1]).toMatch(/α < γ, where theory has transfer fail\.$/);
  expect(domainTransfer.report(digits, []).verdict).toBe('not tested');
});

test('supervised learning is judged at its best, after further steps or before', () => {
  const tuned = digitRuns((_, way) => ({ supervised: 0.6, supervised_tuned: 0.85 })[way as string] ?? 0.8);
  const report = domainTransfer.report(digits, tuned);
  expect(report.verdict).toBe('not held');
  expect(report.statements[0]).toMatch(/source at its best \(fine-tuned\) 85\.00 % .* Neither is better\.$/);
  const partly = tuned.map((run) =>
    run.spec.loss.id === 'supervised' ? { ...run, metrics: { 'accuracy/target_linear': 0.6 } } : run,
  );
  expect(domainTransfer.report(digits, partly).verdict).toBe('not tested');
});

test('of one seed the error is that of its measurement, and the report says that seeds are missing', () => {
  const one = (stderr: number) =>
    digitRuns((_, way) => (way === 'linear' ? 0.65 : 0.6))
      .filter(({ spec }) => spec.seed === 0)
      .map((run) => ({
        ...run,
        measurements: Object.entries(run.metrics).map(([name, value]) => ({
          name,
          value,
          stderr,
          step: 600,
        })),
      }));
  // Twice √2 · 0.02 is more than the difference of 0.05, twice √2 · 0.01 is less.
  expect(domainTransfer.report(digits, one(0.02)).verdict).toBe('not held');
  const report = domainTransfer.report(digits, one(0.01));
  expect(report.verdict).toBe('held');
  expect(report.statements[0]).toMatch(/linear head 65\.00 % ± 1\.00 %/);
  expect(report.statements.join()).toMatch(/Fewer than three seeds/);
});
