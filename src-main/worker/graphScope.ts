/** All that the graphs of a run depend on, as one text: equal texts mean equal graphs. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { RunSpec } from '#contract/spec.ts';
import { version } from './provenance.ts';

/** What changes nothing in any graph: numbers that are fed, names, and when something is done. */
const without = [
  ...['title', 'seed', 'steps', 'schedule', 'start', 'stopAt', 'logEvery', 'checkpointEvery'],
] as const;

/** @param computed how the numbers are computed, and by which TensorFlow */
export function graphScope(spec: RunSpec, computed: readonly string[]): string {
  const rest = Object.entries(spec).filter(([key]) => !(without as readonly string[]).includes(key));
  return JSON.stringify([version, codeHash(), ...computed, Object.fromEntries(rest)]);
}

/** The code that records: the built worker, or the sources of science and engine. */
function codeHash(): string {
  const here = fileURLToPath(import.meta.url);
  const folders = here.endsWith('.ts')
    ? ['science', 'engine'].map((layer) => join(dirname(here), '..', layer))
    : [dirname(here)];
  const hash = createHash('sha256');
  for (const folder of folders) {
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
      /\.[jt]s$/.test(name),
    );
    for (const file of files.sort()) hash.update(file).update(readFileSync(join(folder, file)));
  }
  return hash.digest('hex');
}
