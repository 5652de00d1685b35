import { expect, test } from 'vitest';
import { gridSettings, jointSettings, settingAt, withSetting } from '../../src-contract/setting.ts';

const spec = {
  steps: 10,
  optimizer: { id: 'adamw', learningRate: 1, beta1: 0.9 },
  probes: [{ id: 'linear', every: 5, l2: 1 }],
};

test('a setting is read and replaced by its path, in a copy', () => {
  const changed = withSetting(spec, 'probes.0.l2', 3);
  expect(settingAt(changed, 'probes.0.l2')).toBe(3);
  expect(spec.probes[0]?.l2).toBe(1);
  expect(withSetting(spec, 'steps', 20)).toEqual({ ...spec, steps: 20 });
  expect(settingAt(spec, 'optimizer.nothing.here')).toBeUndefined();
});

test('another component drops the parameters of the one that left, but not its schedule', () => {
  expect(withSetting(spec, 'optimizer.id', 'sgd').optimizer).toEqual({ id: 'sgd' });
  expect(withSetting(spec, 'optimizer.id', 'adamw').optimizer).toEqual(spec.optimizer);
  expect(withSetting(spec, 'probes.0.id', 'knn').probes).toEqual([{ id: 'knn', every: 5 }]);
});

test.each(['nowhere.deep', 'probes.1.l2', 'probes.x', 'steps.deep', '', 'optimizer..id'])(
  'the path "%s" leads nowhere and is named',
  (path) => {
    expect(() => withSetting(spec, path, 1)).toThrow(`Setting ${path}: there is no such setting`);
  },
);

test('a key of several paths sets each to its own entry of a value', () => {
  expect(gridSettings('steps', [1, 2])).toEqual([['steps', [1, 2]]]);
  expect(gridSettings('steps, optimizer.id', [1, 'sgd'])).toEqual([
    ['steps', 1],
    ['optimizer.id', 'sgd'],
  ]);
});

test.each([[[1]], [1], [[1, 2, 3]]])('%j is no value for two settings that vary together', (value) => {
  expect(() => gridSettings('steps,seed', value)).toThrow(
    'Setting vary.steps,seed: 2 settings vary together. Give lists of 2 values.',
  );
});

test('a setting knows the settings with which it varies', () => {
  const vary = { batchSize: [1, 2], 'loss, optimizer.learningRate': [] };
  const key = 'loss, optimizer.learningRate';
  expect(jointSettings(vary, 'loss')).toBe(key);
  expect(jointSettings(vary, 'loss.mu')).toBe(key);
  expect(jointSettings(vary, 'optimizer.learningRate')).toBe(key);
  expect(jointSettings(vary, 'optimizer')).toBeUndefined();
  expect(jointSettings(vary, 'batchSize')).toBeUndefined();
});
