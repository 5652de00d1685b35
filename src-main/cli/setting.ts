/** `--set a.b=v`: one setting of a spec, and specs with such settings applied. */
import { BasinError } from '#contract/error.ts';
import { withSetting } from '#contract/setting.ts';

export interface Setting {
  readonly path: string;
  readonly value: unknown;
}

/** What stands after `=` is JSON where it parses as JSON, else a string. @throws BasinError `bad-input` */
export function parseSetting(text: string): Setting {
  const at = text.indexOf('=');
  const path = at < 0 ? text.trim() : text.slice(0, at).trim();
  if (at < 0 || path === '') {
    throw new BasinError('bad-input', `Setting "${text}": it has no value. Write --set PATH=VALUE.`, path);
  }
  return { path, value: parseValue(text.slice(at + 1)) };
}

function parseValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

const grid = 'vary.';

/** Settings in the order given: `optimizer.id` first, then what belongs to that optimizer. */
export function applySettings(spec: unknown, settings: readonly Setting[]): unknown {
  return settings.reduce<unknown>((changed, { path, value }) => {
    if (!path.startsWith(grid)) return withSetting(changed, path, value);
    // A grid's keys are dotted paths themselves, and need not exist yet.
    const vary = (changed as { vary?: object }).vary ?? {};
    return withSetting(changed, 'vary', { ...vary, [path.slice(grid.length)]: value });
  }, spec);
}
