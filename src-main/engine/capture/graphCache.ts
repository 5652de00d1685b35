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
import type { Captured } from './capture.ts';
import { layout } from './layout.ts';

const index = z.object({
  layout,
  /** Of each graph's file: a damaged one is not loaded. */
  sha256: z.array(z.string()),
});

/** What is kept of a captured program: its variables are another run's. */
export type KeptGraphs = Pick<Captured, 'layout' | 'graphs'>;

/** The oldest go when there are more; one takes a few megabytes at most. */
const most = 100;
const indexFile = 'index.json';
const graphFile = (i: number): string => `graph${i}.pb`;

export interface GraphCache {
  /** Null where there is nothing that is whole. */
  find(key: string): KeptGraphs | null;
  keep(key: string, graphs: KeptGraphs): void;
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
        const known = index.parse(JSON.parse(readFileSync(join(found, indexFile), 'utf8')));
        const graphs = known.sha256.map((_, i) => readFileSync(join(found, graphFile(i))));
        if (graphs.every((graph, i) => sha256(graph) === known.sha256[i])) return { ...known, graphs };
      } catch {
        // Not kept, or half gone: the program is recorded again.
      }
      return null;
    },
    keep(key, { layout, graphs }) {
      const final = folderOf(key);
      const fresh = `${final}.${process.pid}`;
      try {
        mkdirSync(fresh, { recursive: true });
        for (const [i, graph] of graphs.entries()) writeFileSync(join(fresh, graphFile(i)), graph);
        writeFileSync(join(fresh, indexFile), JSON.stringify({ layout, sha256: graphs.map(sha256) }));
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
