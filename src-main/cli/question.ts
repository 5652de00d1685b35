/** A question that a worker answers: progress on stderr, Ctrl-C ends it. */
import type { HostEvent } from '#contract/host.ts';
import type { QuestionProgress } from '#contract/question.ts';
import { exitCode } from './failure.ts';
import { type HostApi, withCatalogue, withLibrary } from './host.ts';
import { catchInterrupts } from './interrupt.ts';
import type { Output } from './output.ts';
import { progressDisplay } from './progress.ts';

interface Question<Answer> {
  /** The checkpoint or file asked about, and what progress calls the question. */
  readonly subject: string;
  readonly title: string;
  /** The library's folder; null for a question that has nothing to do with one. */
  readonly library: string | null;
  ask(host: HostApi): Promise<Answer>;
  /** What becomes of the answer. */
  print(answer: Answer): void;
}

/** Its answer is the exit code. */
export async function askWorker<Answer>(
  { subject, title, library, ask, print }: Question<Answer>,
  output: Output,
): Promise<number> {
  const interrupt = catchInterrupts();
  const display = progressDisplay(process.stderr);
  let first: QuestionProgress | undefined;
  const show = (progress: QuestionProgress): void => {
    const { unit, done: step, expected, seconds } = progress;
    // The first of them also records its graph: it tells nothing of the speed.
    first ??= progress;
    const stepsPerSecond = step > first.done ? (step - first.done) / (seconds - first.seconds) : null;
    const row = { id: subject, name: title, status: 'running', activity: null };
    display.show([{ ...row, unit, step, steps: Math.max(step, expected), stepsPerSecond }]);
  };
  try {
    const use = async (host: HostApi): Promise<Answer> => {
      interrupt.onSignal(() => void host.stopQuestions({}));
      return await ask(host);
    };
    const onEvent = (event: HostEvent): void => {
      if (event.type === 'answering') show(event.progress);
      if (event.type === 'warning') output.note(event.message);
    };
    const answer = await (library === null
      ? withCatalogue(use, onEvent)
      : withLibrary(library, use, onEvent));
    display.end();
    print(answer);
    return exitCode.done;
  } catch (error) {
    display.end();
    if (interrupt.code === null) throw error;
    output.note('Interrupted: nothing was measured.');
    return interrupt.code;
  } finally {
    interrupt.release();
  }
}
