/** What a benchmark works with: processes of either side, folders for what they share, and its patience. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BenchRow, BenchTarget } from '#contract/bench.ts';
import { BasinError } from '#contract/error.ts';
import { packageRoot } from '../packageRoot.ts';
import { type Blocks, interleave } from './interleave.ts';
import { type PeerEnvironment, peerEnvironments, peersPython } from './peers.ts';
import { Side } from './side.ts';
import { tuned } from './tuning.ts';

/** A row without what the command adds. */
export type Finding = Omit<BenchRow, 'machine' | 'met'>;

export interface Benchmark {
  readonly id: string;
  /** What is timed, for the table's reader. */
  readonly work: string;
  readonly unit: string;
  readonly against: string | null;
  readonly target: BenchTarget | null;
  measure(lab: Lab): Promise<Omit<Finding, 'id' | 'work' | 'unit' | 'against' | 'target'>>;
}

/** Works on which settings are tried, and units of them that take about a second. */
const trials = { 'mlm-step': 5, 'spectral-step': 10 } as const;

export class Lab {
  readonly quick: boolean;
  readonly blocks: Blocks;
  /** Versions of what ran, gathered as processes end. */
  readonly versions: Record<string, string> = {};
  /** What Basin's side keeps between its processes: of this session alone. */
  readonly #caches: string;
  readonly #tuned = new Map<string, Promise<string>>();
  readonly #note: (text: string) => void;
  readonly #sides = new Set<Side>();
  readonly #folder = mkdtempSync(join(tmpdir(), 'basin-bench-'));
  readonly #closed = new AbortController();
  #folders = 0;

  constructor(quick: boolean, note: (text: string) => void) {
    this.quick = quick;
    this.blocks = quick ? { count: 3, seconds: 1 } : { count: 11, seconds: 4 };
    this.#note = note;
    this.#caches = this.folder();
  }

  note(text: string): void {
    this.#note(text);
  }

  /** Times one unit of work of both sides in turn, in milliseconds, and ends them. */
  async timed(id: string, { ours, peer }: { readonly ours: Side; readonly peer: Side }) {
    const timing = await interleave(ours, peer, this.blocks, (done) =>
      this.note(`${id}: block ${done} of ${this.blocks.count}`),
    );
    await this.end(ours, peer);
    return {
      ours: 1000 * timing.ours,
      peer: 1000 * timing.peer,
      ratio: timing.ratio.median,
      spread: timing.ratio.spread,
      blocks: this.blocks.count,
    };
  }

  /** A new, empty folder that goes with the lab. */
  folder(): string {
    this.#folders += 1;
    return mkdtempSync(join(this.#folder, `${this.#folders}-`));
  }

  /** A process with TensorFlow under the settings `compute` that has built nothing. */
  ours(compute: string, caches: string = this.#caches): Side {
    const args = ['--disable-warning=ExperimentalWarning', source('ours/main.ts'), compute];
    return this.#started(new Side('basin', process.execPath, args, { BASIN_CACHE: caches }));
  }

  /** The fastest settings for a model, found once. */
  computeFor(model: keyof typeof trials): Promise<string> {
    const known = this.#tuned.get(model) ?? tuned(this, model, trials[model]);
    this.#tuned.set(model, known);
    return known;
  }

  /** The same in Python, with PyTorch if nothing else is asked for; installs it first where need be. */
  async peer(
    env: Readonly<Record<string, string>> = {},
    { requirements, packages, remark }: PeerEnvironment = peerEnvironments.torch,
  ): Promise<Side> {
    const { signal } = this.#closed;
    const python = await peersPython(source(requirements), remark, process.env, this.#note, signal);
    return this.#started(new Side('peer', python, [source('peer/main.py'), ...packages], env));
  }

  /** Both sides with their works built from the same weights and data. */
  async pair(
    ours: string,
    peer: string,
    compute: string,
    environment: PeerEnvironment = peerEnvironments.torch,
  ): Promise<{ ours: Side; peer: Side; operations: number }> {
    const folder = this.folder();
    // First, because it may have to be installed.
    const peerSide = await this.peer({}, environment);
    const oursSide = this.ours(compute);
    const { operations } = await oursSide.ask({ op: 'build', work: ours, folder });
    await peerSide.ask({ op: 'build', work: peer, folder });
    return { ours: oursSide, peer: peerSide, operations };
  }

  /** Ends the processes and remembers their versions. */
  async end(...sides: readonly Side[]): Promise<void> {
    for (const side of sides) {
      const { versions } = await side.ask({ op: 'describe' });
      Object.assign(this.versions, versions);
      await side.end();
      this.#sides.delete(side);
    }
  }

  /** Also after a failure or in the middle of a measurement, which fails then: nothing stays behind. */
  async close(): Promise<void> {
    this.#closed.abort();
    await Promise.all([...this.#sides].map((side) => side.end()));
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #started(side: Side): Side {
    this.#sides.add(side);
    return side;
  }
}

/** Benchmarks run from a checkout's sources: they are no part of what is installed. */
function source(path: string): string {
  const file = fileURLToPath(new URL(`bench/${path}`, packageRoot));
  if (existsSync(file)) return file;
  throw new BasinError('not-found', `Benchmarks: ${file} is missing. Run them from a checkout.`, file);
}
