/** Where an experiment comes from: a preset's id, a JSON file, or standard input. */
import { existsSync, readFileSync } from 'node:fs';
import { BasinError } from '#contract/error.ts';
import type { StudyInfo } from '#contract/host.ts';
import { nearest } from './suggest.ts';

/**
 * A spec as it stands there, unchecked. `-` reads standard input. `scale` is of a preset that comes in several.
 * @throws BasinError
 */
export function experimentSource(source: string, presets: readonly StudyInfo[], scale?: string): unknown {
  const preset = presets.find(({ id }) => id === source);
  if (scale !== undefined) return scaled(preset?.scales ?? [], source, scale);
  if (preset) return preset.spec;
  if (source !== '-' && !existsSync(source)) {
    const ids = presets.map(({ id }) => id);
    const meant = nearest(source, ids);
    const tryThis = meant ? `Did you mean ${meant}?` : `Presets: ${ids.join(', ') || 'none'}.`;
    throw new BasinError('not-found', `Experiment ${source}: no preset and no file. ${tryThis}`);
  }
  return parseSpec(readText(source), source);
}

function scaled(scales: StudyInfo['scales'], source: string, scale: string): unknown {
  const found = scales.find((one) => one.scale === scale);
  if (found) return found.spec;
  const known = scales.map((one) => one.scale).join(', ');
  const tryThis = known === '' ? 'Leave --scale out.' : `Take one of: ${known}.`;
  throw new BasinError('bad-input', `Scale ${scale}: ${source} does not come in it. ${tryThis}`);
}

function readText(source: string): string {
  try {
    return readFileSync(source === '-' ? 0 : source, 'utf8');
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new BasinError('bad-input', `File ${source}: ${why}. Give a readable JSON file.`, source);
  }
}

function parseSpec(text: string, source: string): unknown {
  try {
    // A byte order mark is not JSON, but editors write it.
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new BasinError('bad-input', `File ${source}: not JSON (${why}). Correct it there.`, source);
  }
}
