/** `basin probe`: what a probe finds in a checkpoint's frozen features. */
import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { ProbeFound } from '#contract/probe.ts';
import { each, wholeNumber } from '../arguments.ts';
import { action, type Context, command } from '../command.ts';
import { formatNumber, formatSeconds } from '../format.ts';
import { assertKnown } from '../knownComponent.ts';
import type { Output } from '../output.ts';
import { askWorker } from '../question.ts';
import { parseSetting } from '../setting.ts';
import { table } from '../table.ts';

interface Options {
  readonly probe: string;
  readonly task?: string;
  readonly seed?: number;
  readonly set?: readonly string[];
}

export function probe(): Command {
  return command(
    'probe',
    'Put a probe to the frozen features of a checkpoint: how well a head on them solves the downstream task, ' +
      'or what else the probe finds in them. basin components probe lists probes and their settings.',
    'probe 3kq7 --probe linear',
    'probe 3kq7@500 --probe knn --task A --set k=20 --json',
    'probe weights.safetensors --probe clusters',
  )
    .argument(
      '<checkpoint>',
      'its id or a beginning of it; RUN for the last one of a run; RUN@STEP; or a .safetensors file',
    )
    .requiredOption('--probe <id>', 'the probe: linear, knn, …')
    .option('--task <id>', 'one downstream task, such as A (default: all that the study has)')
    .option(
      '--seed <n>',
      'of labelled examples and of what the probe draws (default: the run’s)',
      wholeNumber(0),
    )
    .option('--set <name=value>', 'a setting of the probe', each)
    .action(
      action<[string, Options]>(
        async (context, checkpoint, options) => await probeCheckpoint(context, checkpoint, options),
      ),
    );
}

async function probeCheckpoint(
  { library, output }: Context,
  checkpoint: string,
  { probe: id, task, seed, set = [] }: Options,
): Promise<number> {
  const settings = set.map(parseSetting).map(({ path, value }) => [path, value] as const);
  const job = {
    checkpoint: checkpoint.endsWith('.safetensors') ? resolve(checkpoint) : checkpoint,
    probe: { id, ...Object.fromEntries(settings) },
    ...(task === undefined ? {} : { task }),
    ...(seed === undefined ? {} : { seed }),
  };
  return await askWorker(
    {
      subject: checkpoint,
      title: `${id} of ${checkpoint}`,
      library,
      async ask(host) {
        await assertKnown('probe', id, host);
        return await host.probe(job);
      },
      print(found) {
        if (output.json)
          output.document({ ...heads(found)[0], ...found, tasks: heads(found), measured: all(found) });
        else output.print(probeText(found, output));
      },
    },
    output,
  );
}

/** Of each task the accuracy of the probe's own name, with what belongs to it; none for a probe without one. */
function heads({ probe, tasks }: ProbeFound) {
  return tasks.flatMap(({ task, measured }) => {
    const own = measured.find(({ name }) => name.split('/').slice(0, 2).join('/') === `accuracy/${probe.id}`);
    if (!own) return [];
    return [{ task, accuracy: own.value, stderr: own.stderr, loss: null, ...(own.detail as object | null) }];
  });
}

function all({ tasks }: ProbeFound) {
  return tasks.flatMap(({ measured }) => measured);
}

function probeText(found: ProbeFound, output: Output): string {
  const columns = [
    { title: 'measured' },
    { title: 'value', align: 'right' as const },
    { title: '±', align: 'right' as const },
    { title: 'most frequent class', align: 'right' as const },
  ];
  const rows = all(found).map(({ name, value, stderr, detail }) => [
    name,
    formatNumber(value),
    stderr === null ? '' : formatNumber(stderr),
    baselineOf(detail),
  ]);
  const cost = `${formatSeconds(found.seconds)}, weights of step ${found.step}`;
  return [table(columns, rows, output), cost].join('\n');
}

function baselineOf(detail: unknown): string {
  const { baseline } = (detail ?? {}) as { baseline?: unknown };
  return typeof baseline === 'number' ? formatNumber(baseline) : '';
}
