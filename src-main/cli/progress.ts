/** Progress of runs on stderr: bars on a terminal, else a line every ten seconds. */
import { MultiBar, Presets, type SingleBar } from 'cli-progress';
import { formatSeconds } from './format.ts';

export interface RunProgress {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  readonly step: number;
  readonly steps: number;
  /** What is counted; default: step. */
  readonly unit?: string;
  /** Null before the first measurement of speed. */
  readonly stepsPerSecond: number | null;
  readonly activity: string | null;
}

export interface ProgressDisplay {
  show(runs: readonly RunProgress[]): void;
  /** Draws what was shown at once: bars wait for a timer, which a busy process does not come to. */
  redraw(): void;
  /** Leaves what was last shown standing. */
  end(): void;
}

export function progressDisplay(stream: NodeJS.WriteStream): ProgressDisplay {
  return stream.isTTY ? progressBars(stream) : progressLines((line) => void stream.write(`${line}\n`));
}

/** Speed, time left and what goes on, e.g. `42 steps/s, 1 min 5 s left, linear probe`. */
export function progressText(run: RunProgress): string {
  if (run.status !== 'running') return run.status;
  const parts: string[] = [];
  // After the last step it measures: how long that takes, the speed of steps does not tell.
  if (run.step < run.steps && run.stepsPerSecond !== null && run.stepsPerSecond > 0) {
    parts.push(`${run.stepsPerSecond.toPrecision(3)} ${run.unit ?? 'step'}s/s`);
    parts.push(`${formatSeconds((run.steps - run.step) / run.stepsPerSecond)} left`);
  }
  if (run.activity !== null) parts.push(run.activity);
  return parts.join(', ') || (run.stepsPerSecond === null ? 'starting' : 'measuring');
}

/** Bars on the screen at once; of larger experiments the ended runs scroll away as lines. */
const barLimit = 8;
const nameWidth = 32;

function progressBars(stream: NodeJS.WriteStream): ProgressDisplay {
  const bars = new Map<string, SingleBar>();
  const ended = new Set<string>();
  const screen = new MultiBar(
    {
      stream,
      format: '{name} {bar} {percentage} % {value}/{total} {state}',
      hideCursor: true,
      barsize: 24,
      clearOnComplete: false,
      // The command ends in its own way on Ctrl-C: checkpoint first.
      gracefulExit: false,
    },
    Presets.shades_classic,
  );
  return {
    show(runs) {
      for (const run of runs) {
        if (run.status === 'queued' || ended.has(run.id)) continue;
        const payload = { name: run.name.slice(-nameWidth).padEnd(nameWidth), state: progressText(run) };
        const bar = bars.get(run.id) ?? screen.create(run.steps, run.step, payload);
        bars.set(run.id, bar);
        bar.update(run.step, payload);
        if (run.status === 'running') continue;
        ended.add(run.id);
        if (runs.length > barLimit) {
          screen.remove(bar);
          screen.log(`${run.name}: ${run.status} at step ${run.step}\n`);
        }
      }
    },
    redraw: () => screen.update(),
    end: () => screen.stop(),
  };
}

const lineInterval = 10_000;

/** `now` in milliseconds. */
export function progressLines(write: (line: string) => void, now: () => number = Date.now): ProgressDisplay {
  const statuses = new Map<string, string>();
  let written = now();
  return {
    show(runs) {
      const due = now() - written >= lineInterval;
      if (due) written = now();
      for (const run of runs) {
        const changed = statuses.get(run.id) !== run.status;
        statuses.set(run.id, run.status);
        if (run.status === 'queued' || !(changed || (due && run.status === 'running'))) continue;
        const share = Math.floor((100 * run.step) / run.steps);
        write(
          `${run.name}: ${run.unit ?? 'step'} ${run.step}/${run.steps} (${share} %), ${progressText(run)}`,
        );
      }
    },
    redraw: () => {},
    end: () => {},
  };
}
