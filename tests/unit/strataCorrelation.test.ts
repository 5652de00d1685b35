import { describe, expect, test } from 'vitest';
import { stream } from '#engine/random.ts';
import { partialSpearman, spearman } from '#science/ranks.ts';
import { type Observation, strataCorrelation } from '#science/strataCorrelation.ts';

/** Residuals of `values` after the straight line through `given`. */
function residuals(values: readonly number[], given: readonly number[]): number[] {
  const mean = (all: readonly number[]) => all.reduce((sum, one) => sum + one / all.length, 0);
  const [a, b] = [mean(values), mean(given)];
  const slope =
    values.reduce((sum, value, i) => sum + (value - a) * ((given[i] as number) - b), 0) /
    given.reduce((sum, one) => sum + (one - b) ** 2, 0);
  return values.map((value, i) => value - a - slope * ((given[i] as number) - b));
}

/** From 1; the values differ. */
const ranksOf = (values: readonly number[]) =>
  values.map((value) => values.filter((other) => other <= value).length);

function pearson(a: readonly number[], b: readonly number[]): number {
  const product = (x: readonly number[], y: readonly number[]) =>
    x.reduce((sum, value, i) => sum + value * (y[i] as number), 0);
  return product(a, b) / Math.sqrt(product(a, a) * product(b, b));
}

test('a partial rank correlation is that of what the third ranks leave of the others', () => {
  const random = stream(5, 'partial');
  const given = Array.from({ length: 30 }, () => random.normal());
  const a = given.map((one) => one + random.normal());
  const b = given.map((one) => one - 0.5 * random.normal());
  const [x, y, z] = [ranksOf(a), ranksOf(b), ranksOf(given)];
  expect(partialSpearman(a, b, given)).toBeCloseTo(pearson(residuals(x, z), residuals(y, z)), 12);
  expect(partialSpearman(a, a, given)).toBeCloseTo(1, 12);
  expect(partialSpearman(a, given, given)).toBeNull();
  expect(partialSpearman(a, b, Array(30).fill(1))).toBeNull();
});

/** `count` clusters in each of `strata` strata; y falls with x inside a stratum, and rises from one to the next. */
function shifted(strata: number, count: number, noise = 0): Observation[] {
  const random = stream(6, 'shifted');
  return Array.from({ length: strata * count }, (_, i) => {
    const [stratum, cluster] = [Math.floor(i / count), i % count];
    const x = 10 * stratum + cluster;
    const y = 30 * stratum - cluster + noise * random.normal();
    return { stratum: `${stratum}`, cluster: `${cluster}`, x, y, control: random.normal() };
  });
}

describe('correlation in strata', () => {
  test('sees what happens inside them, not between them', () => {
    const all = shifted(3, 5);
    expect(
      spearman(
        all.map(({ x }) => x),
        all.map(({ y }) => y),
      ),
    ).toBeGreaterThan(0.5);
    const found = strataCorrelation(all, stream(0, 'x'));
    expect(found).toMatchObject({ lower: -1, upper: -1, clusters: 5, strata: 3 });
    expect(found?.rho).toBeCloseTo(-1, 12);
  });

  test('weighs strata by their observations less one, and leaves out those of three', () => {
    const [first, second] = [shifted(1, 4), shifted(1, 7)];
    const turned = second.map((one) => ({ ...one, stratum: 'turned', y: -one.y }));
    const few = shifted(1, 3).map((one) => ({ ...one, stratum: 'few', y: 100 * one.x }));
    const found = strataCorrelation([...first, ...turned, ...few], stream(0, 'x'));
    expect(found?.rho).toBeCloseTo((-1 * 3 + 1 * 6) / 9, 12);
    expect(found?.strata).toBe(2);
    expect(strataCorrelation(few, stream(0, 'x'))).toBeNull();
  });

  test('copies of a cluster do not make it surer: the interval follows clusters, not observations', () => {
    const once = shifted(1, 8, 3);
    const often = Array.from({ length: 5 }, (_, copy) =>
      once.map((one) => ({ ...one, stratum: `${copy}` })),
    ).flat();
    const width = (observations: readonly Observation[]) => {
      const { lower, upper } = strataCorrelation(observations, stream(1, 'interval')) ?? {};
      return (upper ?? Number.NaN) - (lower ?? Number.NaN);
    };
    expect(width(often)).toBeCloseTo(width(once), 12);
    const apart = often.map((one) => ({ ...one, cluster: `${one.cluster} ${one.stratum}` }));
    expect(width(apart)).toBeLessThan(0.7 * width(once));
  });

  test('what a third quantity explains is taken off', () => {
    const random = stream(8, 'control');
    const all = Array.from({ length: 200 }, (_, i) => {
      const control = random.normal();
      const near = () => control + 0.3 * random.normal();
      return { stratum: '', cluster: `${i}`, x: near(), y: near(), control };
    });
    expect(strataCorrelation(all, stream(0, 'x'))?.lower).toBeGreaterThan(0.8);
    const left = strataCorrelation(all, stream(0, 'x'), 'partial');
    expect(left?.lower).toBeLessThan(0);
    expect(left?.upper).toBeGreaterThan(0);
  });
});
