import { describe, expect, test } from 'vitest';
import { BasinError } from '#contract/error.ts';
import { withSetting } from '#contract/setting.ts';
import {
  components,
  estimateRun,
  estimateRuns,
  expandRuns,
  parameterCount,
  preview,
  resolveExperiment,
  studies,
} from '#science/registry.ts';

const presets = studies();
const spec = (id: string) => {
  const preset = presets.find((one) => one.id === id);
  if (!preset) throw new Error(`no preset ${id}`);
  return preset.spec;
};

function errorOf(work: () => unknown): BasinError {
  try {
    work();
  } catch (error) {
    if (error instanceof BasinError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('presets', () => {
  test.each(presets.map(({ id }) => id))('%s is complete, resolves to itself, and tells its cost', (id) => {
    const resolved = spec(id);
    expect(resolveExperiment(JSON.parse(JSON.stringify(resolved)))).toEqual(resolved);
    for (const { spec: run } of expandRuns(resolved)) {
      // The smallest is a table of one number for each vertex of a graph.
      expect(parameterCount(run)).toBeGreaterThan(100);
      expect(estimateRun(run).seconds).toBeGreaterThan(1);
      expect(estimateRun(run).bytes).toBeGreaterThan(parameterCount(run) * 4);
    }
  });

  test('a run that may stop before its last step has a bound for an estimate', () => {
    const runs = expandRuns({ ...spec('mlm-pcfg'), seeds: [0, 1] });
    const [first = expect.unreachable(), second = expect.unreachable()] = runs;
    const { seconds, bytes } = estimateRun(first.spec);
    expect(estimateRuns(runs)).toEqual({ seconds: 2 * seconds, bytes: 2 * bytes });
    const stopped = { ...second.spec, stopAt: 'loss/excess <= 0.1' as const };
    expect(estimateRuns([first, { spec: stopped }])).toEqual({
      ...{ seconds: 2 * seconds, bytes: 2 * bytes },
      atMost: true,
    });
    expect(presets.find(({ id }) => id === 'model-size')?.estimate.atMost).toBe(true);
  });

  test.each(presets.map(({ id }) => id))('%s shows what its model will see', async (id) => {
    const [run] = expandRuns(spec(id));
    const shown = await preview(run?.spec ?? expect.unreachable());
    if (shown.kind === 'images') {
      expect(shown.examples.length).toBeGreaterThan(0);
      for (const { original, views } of shown.examples) {
        expect(original.length).toBe(shown.height * shown.width * shown.channels);
        for (const view of views) expect(view.length).toBe(original.length);
      }
    } else if (shown.kind === 'graph') {
      expect(shown.drawing.edges.from.length).toBeGreaterThan(0);
      expect(shown.drawing.x.every(Number.isFinite)).toBe(true);
    } else {
      expect(shown.sentences.length).toBeGreaterThan(0);
      for (const { words, masked } of shown.sentences) {
        expect(masked.length).toBeGreaterThan(0);
        for (const position of masked) expect(words[position]).toBeDefined();
      }
    }
  });
});

describe('components', () => {
  test('every parameter has a default, a title and a line of help', () => {
    for (const { kind, id, schema } of components()) {
      const properties = (schema.properties ?? {}) as Record<string, Record<string, unknown>>;
      for (const [name, property] of Object.entries(properties)) {
        const place = `${kind} ${id} ${name}`;
        expect(property.default, place).toBeDefined();
        expect(property.title, place).toBeTypeOf('string');
        expect(property.description, place).toBeTypeOf('string');
      }
    }
  });

  test('no two of a kind share an id', () => {
    const names = components().map(({ kind, id }) => `${kind} ${id}`);
    expect(new Set(names).size).toBe(names.length);
  });
});

describe('grids', () => {
  const grid = {
    ...spec('mlm-pcfg'),
    seeds: [0, 1],
    vary: { 'optimizer.id': ['adamw', 'sgd'], batchSize: [32, 64] },
  };

  test('one run for each point and seed, each with complete settings of its own', () => {
    const runs = expandRuns(resolveExperiment(grid));
    expect(runs.length).toBe(8);
    expect(new Set(runs.map(({ name }) => name)).size).toBe(8);
    const sgd = runs.find(({ spec: run }) => run.optimizer.id === 'sgd');
    expect(sgd?.spec.optimizer).toMatchObject({ id: 'sgd', momentum: 0.9 });
    expect(sgd?.spec.optimizer).not.toHaveProperty('beta1');
  });

  test('settings that vary together make one axis, and name what tells its runs apart', () => {
    const together = [
      ['adamw', 64, 'linear'],
      ['sgd', 64, 'linear'],
      ['sgd', 32, 'linear'],
    ];
    const vary = { 'optimizer.id,batchSize,schedule.id': together };
    const runs = expandRuns(resolveExperiment({ ...grid, title: 'Both', vary, seeds: [0] }));
    expect(runs.map(({ name }) => name)).toEqual([
      'Both · optimizer adamw · batchSize 64',
      'Both · optimizer sgd · batchSize 64',
      'Both · optimizer sgd · batchSize 32',
    ]);
    expect(runs.map(({ spec: run }) => [run.optimizer.id, run.batchSize, run.schedule.id])).toEqual(together);
  });

  test('a value that no run could use is refused before anything starts', () => {
    const bad = { ...grid, vary: { 'optimizer.learningRate': [0.1, -1] } };
    const { path, message } = errorOf(() => resolveExperiment(bad));
    expect(path).toBe('optimizer.learningRate');
    expect(message).toMatch(/^Setting vary\.optimizer\.learningRate: /);
  });
});

describe('bad input is named by its path', () => {
  test.each([
    ['optimizer.learningRate', -1, 'optimizer.learningRate'],
    ['optimizer.nothing', 1, 'optimizer.nothing'],
    ['optimizer.id', 'adagrad', 'optimizer.id'],
    ['probes.0.l2', 'much', 'probes.0.l2'],
    ['steps', 'many', 'steps'],
    ['steps', 0, 'steps'],
    ['nothing', 1, 'nothing'],
    ['seeds', [1, 1], 'seeds'],
    ['encoder.heads', 5, 'encoder.heads'],
  ])('%s = %j', (path, value, place) => {
    const error = errorOf(() => resolveExperiment(withSetting(spec('mlm-pcfg'), path, value)));
    expect(error.code).toBe('bad-input');
    expect(error.path).toBe(place);
    expect(error.message).toContain(`Setting ${place}: `);
    expect(error.message).not.toContain('missing');
  });

  test.each([
    ['steps', 0, 'Setting steps: it must be at least 1.'],
    ['steps', 1.5, 'Setting steps: it must be a whole number.'],
    ['steps', 'many', 'Setting steps: it must be a number.'],
    ['optimizer.learningRate', 0, 'Setting optimizer.learningRate: it must be more than 0.'],
    ['optimizer.beta1', 2, 'Setting optimizer.beta1: it must be at most 0.9999.'],
    ['seeds', [], 'Setting seeds: it must not be empty.'],
    ['flatness.distribution', 'uniform', 'Setting flatness.distribution: it must be rademacher or normal.'],
    ['encoder.heads', 5, 'Setting encoder.heads: it must divide the width.'],
  ])('%s = %j is told in words', (path, value, message) => {
    const error = errorOf(() => resolveExperiment(withSetting(spec('mlm-pcfg'), path, value)));
    expect(error.message).toBe(message);
  });

  test('a missing setting is called missing', () => {
    const { steps: _steps, ...rest } = spec('mlm-pcfg');
    expect(errorOf(() => resolveExperiment(rest)).message).toBe('Setting steps: it is missing.');
  });
});
