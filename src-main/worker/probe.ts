/** One probe of a checkpoint's frozen features: the model as its run built it, with the checkpoint's weights. */
import { setImmediate } from 'node:timers/promises';
import { BasinError } from '#contract/error.ts';
import type { ProbeFound, ProbeJob } from '#contract/probe.ts';
import type { hostForQuestions } from '#contract/question.ts';
import type { Api } from '#contract/rpc.ts';
import type { RunSpec } from '#contract/spec.ts';
import type { Engine } from '#engine/engine.ts';
import { chosen } from '#science/choice.ts';
import { studyOf } from '#science/registry.ts';
import type { Measure } from '#science/studies/training.ts';
import { restoreCheckpoint } from './checkpoint.ts';
import { readInput, specOf } from './inputFile.ts';

/** @throws BasinError where the file, the probe's settings or the task are not in order */
export async function probe(
  { file, probe: choice, task, seed }: ProbeJob,
  engine: Engine,
  host: Api<typeof hostForQuestions>,
): Promise<ProbeFound> {
  const bytes = readInput(file);
  const own = specOf(bytes, file);
  const study = studyOf(own.study);
  const known = study.components.filter(({ kind }) => kind === 'probe');
  const { definition, params } = chosen(known, choice, 'probe');
  const settings = { id: definition.id, ...params };
  const spec: RunSpec = {
    ...{ ...own, seed: seed ?? own.seed, evaluations: [], flatness: null },
    probes: [{ ...settings, every: 1 }],
  };
  const training = await study.build(spec, engine);
  try {
    const { step } = restoreCheckpoint(training, bytes, file);
    // Nothing else of the run is measured.
    const [measure] = training.measures as readonly [Measure];
    const asked = tasksAsked(measure, task);
    const began = performance.now();
    const seconds = (): number => (performance.now() - began) / 1000;
    const tasks: ProbeFound['tasks'] = [];
    for (const one of asked) {
      void host.progress({ unit: 'task', done: tasks.length, expected: asked.length, seconds: seconds() });
      // Lets the report out: a probe itself never yields.
      await setImmediate();
      const measured = measure.run(step, one).map(({ name, value, stderr, detail }) => ({
        ...{ name, value, stderr, detail: detail ?? null },
      }));
      tasks.push({ task: one, measured });
    }
    const { seed: drawn } = spec;
    return {
      step,
      tasks,
      probe: settings,
      seed: drawn,
      parameters: training.parameters.count,
      seconds: seconds(),
    };
  } finally {
    training.dispose();
  }
}

/** @throws BasinError `bad-input` for a task that the study does not have */
function tasksAsked({ tasks }: Measure, task: string | undefined): readonly string[] {
  const known = tasks ?? [''];
  if (task === undefined) return known;
  if (known.includes(task)) return [task];
  const what = known.every((id) => id === '') ? 'Leave it out' : `Take one of: ${known.join(', ')}`;
  throw new BasinError('bad-input', `Task ${task}: this study does not have it. ${what}.`, 'task');
}
