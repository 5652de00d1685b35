/** A process that is timed: Basin's own, or a peer's. It computes only while it owes an answer. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { type BenchRequest, benchAnswers } from '#contract/bench.ts';
import { BasinError } from '#contract/error.ts';

const reply = z.union([
  z.strictObject({ answer: z.record(z.string(), z.unknown()) }),
  z.strictObject({ error: z.string() }),
]);

type Op = BenchRequest['op'];
type Answer<O extends Op> = z.output<(typeof benchAnswers)[O]>;

/** Lines of a dead process's standard error that its error quotes. */
const quoted = 1;

export class Side {
  readonly #name: string;
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;
  #said = '';

  /** `name` stands in errors; `env` is added to this process's own. */
  constructor(
    name: string,
    command: string,
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
  ) {
    this.#name = name;
    this.#child = spawn(command, args, { env: { ...process.env, ...env } });
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#said = (this.#said + text).slice(-4000);
    });
    // A process that did not start or has ended is reported by the answer that does not come.
    this.#child.on('error', (error) => {
      this.#said += `${error.message}\n`;
    });
    this.#child.stdin.on('error', () => {});
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  /** @throws BasinError `worker` with what the process says, or with its last words where it has died. */
  async ask<R extends BenchRequest>(request: R): Promise<Answer<R['op']>> {
    this.#child.stdin.write(`${JSON.stringify(request)}\n`);
    const { value, done } = await this.#lines.next();
    if (done) throw this.#failure(request, this.#lastWords());
    const parsed = reply.safeParse(parseLine(value));
    if (!parsed.success) throw this.#failure(request, `it answered "${value.slice(0, 80)}"`);
    if ('error' in parsed.data) throw this.#failure(request, parsed.data.error);
    return benchAnswers[request.op].parse(parsed.data.answer) as Answer<R['op']>;
  }

  /** Ends the process; resolves when its memory and cores are free again. */
  end(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return Promise.resolve();
    return new Promise((ended) => {
      this.#child.once('close', () => ended());
      this.#child.kill('SIGKILL');
    });
  }

  #failure({ op }: BenchRequest, why: string): BasinError {
    return new BasinError('worker', `Benchmark: ${this.#name} failed to ${op}: ${why.replace(/\.$/, '')}.`);
  }

  #lastWords(): string {
    const lines = this.#said
      .split('\n')
      .map((line) => line.trim())
      .filter(Boolean);
    return lines.slice(-quoted).join(' ') || 'the process ended';
  }
}

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
