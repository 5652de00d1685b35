import fc from 'fast-check';
import { expect, test } from 'vitest';
import { applySettings, parseSetting } from '../../src-main/cli/setting.ts';

test('a value is JSON where it parses, else a string', () => {
  expect(parseSetting('steps=20')).toEqual({ path: 'steps', value: 20 });
  expect(parseSetting('optimizer.id=sgd')).toEqual({ path: 'optimizer.id', value: 'sgd' });
  expect(parseSetting('flatness=null')).toEqual({ path: 'flatness', value: null });
  expect(parseSetting('title="12"')).toEqual({ path: 'title', value: '12' });
  expect(parseSetting('seeds=[1,2]')).toEqual({ path: 'seeds', value: [1, 2] });
  expect(parseSetting('title=a=b')).toEqual({ path: 'title', value: 'a=b' });
  expect(parseSetting('title=')).toEqual({ path: 'title', value: '' });
});

test('any JSON value survives', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = JSON.stringify(value);
      expect(parseSetting(`a.b=${text}`)).toEqual({ path: 'a.b', value: JSON.parse(text) });
    }),
  );
});

test('a setting without a value or a path is refused', () => {
  for (const text of ['steps', '', '=3', ' =3']) {
    expect(() => parseSetting(text)).toThrow(/has no value/);
  }
});

const spec = {
  steps: 100,
  optimizer: { id: 'adamw', learningRate: 0.1, beta1: 0.9 },
  probes: [{ id: 'linear', every: 50, epochs: 3 }],
  vary: {},
};

test('settings apply in order; another id drops the parameters of the one that left, but not its schedule', () => {
  const set = (...texts: string[]) => applySettings(spec, texts.map(parseSetting));
  expect(set('optimizer.id=sgd', 'optimizer.learningRate=0.5')).toMatchObject({
    optimizer: { id: 'sgd', learningRate: 0.5 },
  });
  expect(set('optimizer.learningRate=0.5', 'optimizer.id=sgd')).toHaveProperty('optimizer', { id: 'sgd' });
  expect(set('optimizer.id=adamw')).toHaveProperty('optimizer', spec.optimizer);
  expect(set('probes.0.id=knn')).toHaveProperty('probes', [{ id: 'knn', every: 50 }]);
  expect(set('probes.0.every=5')).toHaveProperty('probes.0.every', 5);
  expect(spec.optimizer.learningRate).toBe(0.1);
});

test('a grid is set by the path that it varies', () => {
  const changed = applySettings(spec, [
    parseSetting('vary.optimizer.learningRate=[0.1,0.2]'),
    parseSetting('vary.steps=[1]'),
  ]);
  expect(changed).toHaveProperty('vary', { 'optimizer.learningRate': [0.1, 0.2], steps: [1] });
});

test('a path that leads nowhere is bad input, named', () => {
  for (const path of ['optimiser.id', 'probes.1.every', 'steps.more', 'optimizer..x']) {
    const refused = expect(() => applySettings(spec, [{ path, value: 1 }]));
    refused.toThrow(expect.objectContaining({ code: 'bad-input', path }));
  }
});
