import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { graphFile } from '#science/data/graphFileDataset.ts';
import { temporaryFolder } from '../fixtures/hosts.ts';

const load = (settings: object) => graphFile.load(graphFile.params.parse(settings));

test('weights become probabilities, labels classes in the order of their names', async () => {
  const folder = temporaryFolder();
  const [file, labels] = [join(folder, 'graph.csv'), join(folder, 'labels.csv')];
  writeFileSync(file, 'row,col,weight\n0,1,3\n1,1,1\n2,2,5\n');
  writeFileSync(labels, 'class 10\nclass 2\nclass 10\n');
  const population = await load({ file, labels });
  // Both directions of 0, 1 are 6 of 12.
  expect([...population.pairs.from]).toEqual([0, 1, 1, 2]);
  expect([...population.pairs.to]).toEqual([1, 0, 1, 2]);
  expect([...population.pairs.weight]).toEqual([3 / 12, 3 / 12, 1 / 12, 5 / 12]);
  for (const [x, marginal] of [3 / 12, 4 / 12, 5 / 12].entries()) {
    expect(population.marginals[x]).toBeCloseTo(marginal, 15);
  }
  expect(population.classes).toEqual(['class 2', 'class 10']);
  expect([...population.labels]).toEqual([1, 0, 1]);
  const params = graphFile.params.parse({ file, labels });
  expect(graphFile.outline(params)).toMatchObject({ vertices: 3, classes: 2, ...population.shape });
  expect(population.inputs).toHaveLength(3 * population.shape.width);
  expect([...(await load({ file })).labels]).toEqual([0, 0, 1]);
});

test('a changed file is read again, and a missing one is told', async () => {
  const file = join(temporaryFolder(), 'graph.csv');
  writeFileSync(file, '0,1\n1,0');
  expect((await load({ file })).vertices).toBe(2);
  writeFileSync(file, '0,1,1\n1,0,1\n1,1,0');
  expect((await load({ file })).vertices).toBe(3);
  await expect(load({})).rejects.toThrow('Setting data.file: it is missing. Give the path of a graph.');
  await expect(load({ file: `${file}.none` })).rejects.toThrow('there is no such file');
});
