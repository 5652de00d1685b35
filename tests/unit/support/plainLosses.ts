/**
 * Every loss as loops in double precision, from its paper: what the losses, and `basin evaluate loss`, must agree with.
 * `held` has what stopped gradients see; −1 among `targets` stands for none.
 */
import { type Arrays, cosine, dot, logSumExp, mean, type Rows } from './lossCheck.ts';

type Settings = Readonly<Record<string, number | boolean>>;
export type PlainLoss = (
  settings: Settings,
  arrays: Arrays,
  held?: Arrays,
  targets?: readonly number[],
) => number;

/** The authors' formula, pair by pair. */
const spectral: PlainLoss = ({ mu }, { z1 = [], z2 = [] }) => {
  const cap = (row: readonly number[]): number[] => {
    const norm = Math.hypot(...row);
    return row.map((entry) =>
      norm < Math.sqrt(Number(mu)) ? entry : (entry / norm) * Math.sqrt(Number(mu)),
    );
  };
  const [a, b] = [z1.map(cap), z2.map(cap)];
  const n = a.length;
  let [positive, negative] = [0, 0];
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      if (i === j) positive += dot(a[i], b[i]);
      else negative += dot(a[i], b[j]) ** 2;
    }
  }
  return ((-2 * positive) / n + negative / (n * (n - 1))) / Number(mu);
};

/** Equation 1 of the paper, anchor by anchor. */
const simclr: PlainLoss = ({ temperature }, { z1 = [], z2 = [] }) => {
  const views = [...z1, ...z2];
  const n = z1.length;
  let total = 0;
  for (let i = 0; i < 2 * n; i++) {
    const positive = i < n ? i + n : i - n;
    let denominator = 0;
    for (let j = 0; j < 2 * n; j++) {
      if (j !== i) denominator += Math.exp(cosine(views[i], views[j]) / Number(temperature));
    }
    total += Math.log(denominator) - cosine(views[i], views[positive]) / Number(temperature);
  }
  return total / (2 * n);
};

/** Equation 1 of the paper, query by query; both directions where there are keys of both. */
const moco: PlainLoss = ({ temperature, symmetric }, { z1, z2 }, held = {}) => {
  const oneSided = (queries: Rows = [], keys: Rows = []): number =>
    mean(
      queries.map((query, i) => {
        const logits = [keys[i], ...(held.queue ?? [])].map(
          (key) => cosine(query, key) / Number(temperature),
        );
        return logSumExp(logits) - (logits[0] ?? Number.NaN);
      }),
    );
  const first = oneSided(z1, held.k2 ?? held.z2);
  return symmetric && held.k1 ? (first + oneSided(z2, held.k1)) / 2 : first;
};

/** Equation 2 of the paper, both directions added up. */
const byol: PlainLoss = (_settings, { p1 = [], p2 = [] }, held = {}) => {
  const [t1 = [], t2 = []] = [held.k1 ?? held.z1, held.k2 ?? held.z2];
  return mean(p1.map((p, i) => 2 - 2 * cosine(p, t2[i]) + 2 - 2 * cosine(p2[i], t1[i])));
};

/** Equation 2 of the paper. */
const simsiam: PlainLoss = (_settings, { p1 = [], p2 = [] }, { z1 = [], z2 = [] } = {}) =>
  mean(p1.map((p, i) => -(cosine(p, z2[i]) + cosine(p2[i], z1[i])) / 2));

/** As the authors' code has it: Q [prototypes, samples], with all its divisions. */
function sinkhorn(scores: Rows, { epsilon, iterations }: Settings): Rows {
  const samples = scores.length;
  const count = scores[0]?.length ?? 0;
  let q = Array.from({ length: count }, (_, k) =>
    scores.map((row) => Math.exp((row[k] ?? Number.NaN) / Number(epsilon))),
  );
  const total = q.flat().reduce((a, b) => a + b, 0);
  q = q.map((row) => row.map((entry) => entry / total));
  for (let round = 0; round < Number(iterations); round++) {
    q = q.map((row) => {
      const sum = row.reduce((a, b) => a + b, 0);
      return row.map((entry) => entry / sum / count);
    });
    const sums = scores.map((_, b) => q.reduce((sum, row) => sum + (row[b] ?? Number.NaN), 0));
    q = q.map((row) => row.map((entry, b) => entry / (sums[b] ?? Number.NaN) / samples));
  }
  return scores.map((_, b) => q.map((row) => (row[b] ?? Number.NaN) * samples));
}

/** Samples by prototypes; codes see the rows of a queue that are filled, which are not scored themselves. */
const swav: PlainLoss = (settings, { z1 = [], z2, prototypes, small = [] }, held = {}) => {
  const scoresOf = (z: Rows = [], vectors: Rows = []): Rows =>
    z.map((row) => vectors.map((prototype) => cosine(row, prototype)));
  const codesOf = (z: Rows = [], queue: Rows = []): Rows => {
    const filled = queue.filter((row) => row.some((entry) => entry !== 0));
    return sinkhorn(scoresOf([...z, ...filled], held.prototypes), settings).slice(0, z.length);
  };
  const direction = (scores: Rows, codes: Rows): number =>
    mean(
      scores.map((row, i) => {
        const logits = row.map((score) => score / Number(settings.temperature));
        const normaliser = logSumExp(logits);
        return logits.reduce(
          (sum, logit, k) => sum - (codes[i]?.[k] ?? Number.NaN) * (logit - normaliser),
          0,
        );
      }),
    );
  const [codes1, codes2] = [codesOf(held.z1, held.queue1), codesOf(held.z2, held.queue2)];
  const smallViews = Array.from({ length: small.length / z1.length }, (_, j) =>
    small.slice(j * z1.length, (j + 1) * z1.length),
  );
  const predicted = (codes: Rows, other: Rows = []): number =>
    mean([other, ...smallViews].map((z) => direction(scoresOf(z, prototypes), codes)));
  return (predicted(codes2, z1) + predicted(codes1, z2)) / 2;
};

/** Equation 2 of the paper, anchor by anchor. */
const supcon: PlainLoss = ({ temperature }, { z1 = [], z2 = [] }, _held, targets = []) => {
  const views = [...z1, ...z2];
  const original = (i: number): number => i % z1.length;
  const alike = (i: number, j: number): boolean => {
    const [a = -1, b = -1] = [targets[original(i)], targets[original(j)]];
    return original(i) === original(j) || (a >= 0 && a === b);
  };
  return mean(
    views.map((anchor, i) => {
      const others = views.map((_, j) => j).filter((j) => j !== i);
      const score = (j: number): number => cosine(anchor, views[j]) / Number(temperature);
      const normaliser = logSumExp(others.map(score));
      return mean(others.filter((j) => alike(i, j)).map((j) => normaliser - score(j)));
    }),
  );
};

/** Σ wᵢ (log Σ exp zᵢ − zᵢ[target]) / Σ wᵢ over the rows that have a target. */
export function crossEntropy(logits: Rows, targets: readonly number[], weights: readonly number[]): number {
  let [sum, used] = [0, 0];
  for (const [i, row] of logits.entries()) {
    const target = targets[i] ?? -1;
    if (target < 0) continue;
    sum += (weights[i] ?? Number.NaN) * (logSumExp(row) - (row[target] ?? Number.NaN));
    used += weights[i] ?? Number.NaN;
  }
  return sum / used;
}

const supervised: PlainLoss = (_settings, { logits = [] }, _held, targets = []) =>
  crossEntropy(
    logits,
    targets,
    targets.map(() => 1),
  );

export const plainLosses = { spectral, simclr, moco, byol, simsiam, swav, supcon, supervised };
