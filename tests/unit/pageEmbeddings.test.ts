import { describe, expect, test } from 'vitest';
import type { MeasurementRow } from '#contract/run.ts';
import { comparisonRows } from '../../src-renderer/charts/comparisonRows.ts';
import { embeddingGroups } from '../../src-renderer/charts/embeddings.ts';

const row = (name: string, value: number, detail: MeasurementRow['detail'], step = 10): MeasurementRow => ({
  ...{ id: name, run: 'r', checkpoint: 'c', step, name, value, stderr: null, detail },
});
const column = (id: string, measurements: MeasurementRow[]) => ({
  ...{ id, run: id, name: id, step: 10, status: 'finished' as const, spec: {}, metrics: {}, measurements },
});
const square = {
  ...{ method: 'pca', neighbours: 1, labels: [1, 0, 1, 1] },
  coordinates: [
    [0, 0],
    [4, 0],
    [0, 2],
    [4, 2],
  ],
};

describe('embeddings of a comparison', () => {
  const found = embeddingGroups([
    column('a', [
      row('embedding/trustworthiness', 0.7, { ...square, method: 'umap' }),
      row('embedding/measured/trustworthiness', 0.9, square),
      row('embedding/trustworthiness_untrained/B', 0.6, square),
      row('embedding/trustworthiness/C', 0.5, { samples: [1] }),
      row('embedding/trustworthiness/D', 0.5, square, 9),
    ]),
    column('b', []),
  ]);

  test('stand in groups by task, what was asked for in the place of what the run measured', () => {
    expect(found.map(({ title }) => title)).toEqual(['Embedding', 'Embedding, task B, untrained']);
    expect(found[0]?.pictures.map((one) => one && [one.method, one.trustworthiness, one.count])).toEqual([
      ['pca', 0.9, 4],
      null,
    ]);
  });

  test('both axes have one scale, upwards is up, and a class is named at the median of its dots', () => {
    const [picture] = found[0]?.pictures ?? [];
    // 4 wide and 2 high: 92 of 100 wide, 46 high.
    expect(picture?.dots).toEqual([
      { part: 0, path: 'M96 73h0', x: 96, y: 73 },
      { part: 1, path: 'M4 73h0M4 27h0M96 27h0', x: 4, y: 27 },
    ]);
  });

  test('examples that all fall on one place stand in the middle', () => {
    const same = { ...square, coordinates: square.coordinates.map(() => [7, 7]) };
    const [group] = embeddingGroups([column('a', [row('embedding/trustworthiness', 1, same)])]);
    expect(group?.pictures[0]?.dots[0]).toMatchObject({ path: 'M50 50h0', x: 50, y: 50 });
  });
});

test('a comparison also has what was measured outside of the run', () => {
  const groups = comparisonRows({
    checkpoints: [column('a', [row('accuracy/measured/knn', 0.9, null)]), column('b', [])],
  });
  expect(
    groups.map(({ id, rows }) => [
      id,
      rows.map(({ name, cells }) => [name, cells[0]?.value, cells[1]?.value]),
    ]),
  ).toEqual([['accuracy', [['accuracy/measured/knn', 0.9, null]]]]);
});
