/** Graphs on disk, by a hash of all that makes them: recording a step again would give the same one. */
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { modelFile } from './session.ts';

/** How a program's feeds and variables stand in its graph. */
const layout = z.object({
  feedNames: z.array(z.string()),
  outputNames: z.array(z.string()),
  /** Places in the program's list of variables. */
  read: z.array(z.int().min(0)),
  assigned: z.array(z.int().min(0)),
  /** Of the graph's file: a damaged one is not loaded. */
  sha256: z.string(),
});
export type Layout = Omit<z.infer<typeof layout>, 'sha256'>;

/** The oldest go when there are more; one takes a few megabytes at most. */
const most = 100;
const layoutFile = 'layout.json';

export interface GraphCache {
  /** A folder with the graph, and its layout; null where there is none that is whole. */
  find(key: string): { readonly folder: string; readonly layout: Layout } | null;
  keep(key: string, graph: Uint8Array, layout: Layout): void;
}

/**
 * @param scope what the graphs depend on beside a program's name and the shapes of what it is given: spec,
 * code, versions, device
 */
export function graphCache(folder: string, scope: string): GraphCache {
  const folderOf = (key: string): string => join(folder, sha256(`${scope}\n${key}`).slice(0, 32));
  return {
    find(key) {
      const found = folderOf(key);
      try {
        const known = layout.parse(JSON.parse(readFileSync(join(found, layoutFile), 'utf8')));
        if (sha256(readFileSync(join(found, modelFile))) === known.sha256)
          return { folder: found, layout: known };
      } catch {
        // Not kept, or half gone: the program is recorded again.
      }
      return null;
    },
    keep(key, graph, known) {
      const final = folderOf(key);
      const fresh = `${final}.${process.pid}`;
      try {
        mkdirSync(fresh, { recursive: true });
        writeFileSync(join(fresh, modelFile), graph);
        writeFileSync(join(fresh, layoutFile), JSON.stringify({ ...known, sha256: sha256(graph) }));
        rmSync(final, { recursive: true, force: true });
        renameSync(fresh, final);
        prune(folder);
      } catch {
        // A full disk, or another worker that keeps the same graph: this run has its own.
        rmSync(fresh, { recursive: true, force: true });
      }
    },
  };
}

function prune(folder: string): void {
  const kept = readdirSync(folder).map((name) => join(folder, name));
  if (kept.length <= most) return;
  const byAge = kept.filter(existsSync).sort((a, b) => statSync(a).mtimeMs - statSync(b).mtimeMs);
  for (const old of byAge.slice(0, kept.length - most)) rmSync(old, { recursive: true, force: true });
}

function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}
