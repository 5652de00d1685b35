/** Time spent in a run, and how fast it steps; measuring and saving do not slow the stated rate. */
import type { WorkerProgress } from '#contract/worker.ts';
import type { Position } from './checkpoint.ts';

/** Share of the newest step in the running mean of the step time. */
const weight = 0.1;

export class Pace {
  readonly #now: () => number;
  #began: number;
  #before = 0;
  #lastStep: number;
  #lastReport: number;
  /** Running mean of a step's milliseconds, and the weight gathered so far (which debiases it). */
  #mean = 0;
  #gathered = 0;
  /** Milliseconds, and how many of them waiting, since `waitingShare` was asked last. */
  #stepped = 0;
  #waited = 0;

  /** @param now a clock in milliseconds */
  constructor(now: () => number) {
    this.#now = now;
    this.#began = now();
    this.#lastStep = this.#began;
    this.#lastReport = this.#began;
  }

  /** Training starts, or goes on from a checkpoint. Time spent building counts. */
  start({ seconds }: Position): void {
    this.#before = seconds;
    this.#lastStep = this.#now();
  }

  /** `count` steps have been taken since it was last called. */
  stepped(count = 1): void {
    const now = this.#now();
    const took = now - this.#lastStep;
    this.#stepped += took;
    this.#mean += weight * (took / count - this.#mean);
    this.#gathered += weight * (1 - this.#gathered);
    this.#lastStep = now;
  }

  /** Runs something that is not a step. */
  aside<T>(work: () => T): T {
    const before = this.#now();
    const result = work();
    this.#lastStep += this.#now() - before;
    return result;
  }

  /** Waits for what a step needs. */
  async waiting<T>(work: Promise<T>): Promise<T> {
    const before = this.#now();
    const result = await work;
    this.#waited += this.#now() - before;
    return result;
  }

  /** Share of the steps' time since the last call that was spent waiting. */
  waitingShare(): number {
    const share = this.#stepped > 0 ? this.#waited / this.#stepped : 0;
    this.#stepped = 0;
    this.#waited = 0;
    return share;
  }

  seconds(): number {
    return this.#before + (this.#now() - this.#began) / 1000;
  }

  /** True at most once each `interval` milliseconds. */
  due(interval: number): boolean {
    const now = this.#now();
    if (now - this.#lastReport < interval) return false;
    this.#lastReport = now;
    return true;
  }

  progress(step: number, activity: string | null): WorkerProgress {
    const stepTime = this.#gathered > 0 ? this.#mean / this.#gathered : 0;
    return {
      step,
      seconds: this.seconds(),
      stepsPerSecond: stepTime > 0 ? 1000 / stepTime : 0,
      activity,
      memory: process.memoryUsage.rss(),
    };
  }
}
