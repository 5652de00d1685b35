/**
 * Programs recorded once and replayed as one TensorFlow graph. Weights and other variables are fed by
 * their handles and come back as new handles: their numbers never leave TensorFlow, and code outside
 * (checkpoints, other programs) sees every variable at its present value.
 */
import { eagerEngine } from '../eager.ts';
import type { Body, Engine, Feeds, Kept, Program } from '../engine.ts';
import { feedType } from '../feeds.ts';
import type { NativeBackend } from './binding.ts';
import { capture, reasonOf } from './capture.ts';
import type { Precision } from './graph.ts';
import type { GraphCache } from './graphCache.ts';
import { openReplay, type Replay } from './replay.ts';

export interface CaptureOptions {
  /** Told once for each program that cannot be replayed and runs eagerly instead. */
  readonly warn: (message: string) => void;
  /** Where graphs are kept between runs; without it every run records its own. */
  readonly cache?: GraphCache;
  /** `mixed` takes products and convolutions of programs that assign variables in bfloat16. */
  readonly precision?: Precision;
}

export function capturedEngine(
  backend: NativeBackend,
  { warn, cache, precision = 'float32' }: CaptureOptions,
): Engine {
  const eager = eagerEngine();
  return {
    id: 'captured',
    compile<Output extends string>(name: string, body: Body<Output>, kept?: Kept): Program<Output> {
      /** One recorded form for each form of feeds. */
      const replays = new Map<string, Replay>();
      let fallback: Program<Output> | null = null;

      const made = (feeds: Feeds, form: string): Replay | string => {
        const key = kept && cache ? keyOf(name, form, kept) : undefined;
        const reopened = kept && key && opened(cache?.find(key), kept);
        if (reopened) return reopened;
        const captured = capture(backend, body, feeds, precision, kept);
        if (typeof captured === 'string') return captured;
        // What depends on more than it said is this run's alone.
        if (key && captured.pure) cache?.keep(key, captured);
        try {
          return openReplay(backend, captured);
        } catch (error) {
          return reasonOf(error);
        }
      };
      const opened = (found: ReturnType<GraphCache['find']> | undefined, { variables }: Kept) => {
        try {
          return found ? openReplay(backend, { ...found, variables }) : undefined;
        } catch {
          // Of another TensorFlow, perhaps: the program is recorded again.
          return undefined;
        }
      };
      return {
        run(feeds) {
          if (fallback) return fallback.run(feeds);
          const form = formOf(feeds);
          let replay = replays.get(form);
          if (!replay) {
            const found = made(feeds, form);
            if (typeof found === 'string') {
              warn(`Program ${name} runs operation by operation, which is slower: ${found}.`);
              fallback = eager.compile(name, body);
              return fallback.run(feeds);
            }
            replay = found;
            replays.set(form, replay);
          }
          return replay.run(feeds) as Record<Output, Float32Array>;
        },
        dispose() {
          for (const replay of replays.values()) replay.dispose();
          replays.clear();
          fallback?.dispose();
        },
      };
    },
  };
}

/** A kept graph holds for variables of the same shapes. */
function keyOf(name: string, form: string, { variables }: Kept): string {
  return [name, form, ...variables.map(({ shape, dtype }) => `${dtype}:${shape.join('x')}`)].join('\n');
}

/** A graph holds for feeds of the same names, types and shapes. */
function formOf(feeds: Feeds): string {
  return Object.entries(feeds)
    .map(([name, feed]) =>
      typeof feed === 'number' ? name : `${name}:${feedType(feed)}:${feed.shape.join('x')}`,
    )
    .join(' ');
}
