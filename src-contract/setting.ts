/** Settings of a spec by dotted path, as `--set`, grids and forms name them: `optimizer.learningRate`. */
import { BasinError } from './error.ts';

type Json = unknown;

export function settingAt(spec: unknown, path: string): unknown {
  let value = spec;
  for (const key of path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<string, unknown>)[key];
  }
  return value;
}

/**
 * A copy of `spec` with `value` at `path`. Another `id` of a component clears that component's other
 * parameters (but `every`): they belonged to the one that left.
 * @throws BasinError `bad-input` where the path leads nowhere. Whether the last key is known is the
 * schema's business.
 */
export function withSetting<Spec>(spec: Spec, path: string, value: Json): Spec {
  const keys = path.split('.');
  return placed(spec, keys, value, path) as Spec;
}

/**
 * What a grid's key sets at one of its points: the value at that path or, where the key is several paths joined by
 * commas, each entry of the value, a list, at its own path.
 * @throws BasinError `bad-input` where such a list has not one entry for each path
 */
export function gridSettings(key: string, value: Json): readonly (readonly [path: string, value: Json])[] {
  const paths = pathsOf(key);
  if (paths.length === 1) return [[key, value]];
  if (!Array.isArray(value) || value.length !== paths.length) {
    throw new BasinError(
      'bad-input',
      `Setting vary.${key}: ${paths.length} settings vary together. Give lists of ${paths.length} values.`,
      `vary.${key}`,
    );
  }
  return paths.map((path, i) => [path, value[i]]);
}

/** The paths that a grid's key names: one, or several that vary together. */
export function pathsOf(key: string): string[] {
  return key.split(',').map((path) => path.trim());
}

/** The key of a grid, several paths joined by commas, of which one is `path` or a component to which it belongs. */
export function jointSettings(vary: Readonly<Record<string, unknown>>, path: string): string | undefined {
  return Object.keys(vary).find((key) => {
    const paths = pathsOf(key);
    return paths.length > 1 && paths.some((own) => own === path || path.startsWith(`${own}.`));
  });
}

function placed(node: unknown, keys: readonly string[], value: Json, path: string): unknown {
  const [key, ...rest] = keys;
  if (key === undefined || key === '') throw leadsNowhere(path);
  if (Array.isArray(node)) {
    const index = Number(key);
    if (!/^\d+$/.test(key) || index >= node.length) throw leadsNowhere(path);
    return node.map((item, i) =>
      i === index ? (rest.length > 0 ? placed(item, rest, value, path) : value) : item,
    );
  }
  if (typeof node !== 'object' || node === null) throw leadsNowhere(path);
  const record = node as Record<string, unknown>;
  if (rest.length > 0) {
    if (!Object.hasOwn(record, key)) throw leadsNowhere(path);
    return { ...record, [key]: placed(record[key], rest, value, path) };
  }
  if (key === 'id' && record.id !== value) {
    return record.every === undefined ? { id: value } : { id: value, every: record.every };
  }
  return { ...record, [key]: value };
}

function leadsNowhere(path: string): BasinError {
  return new BasinError(
    'bad-input',
    `Setting ${path}: there is no such setting. See the spec with --dry-run.`,
    path,
  );
}
