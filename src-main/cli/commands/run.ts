/** `basin run`: trains an experiment's runs to their end. */
import { type Command, Option } from 'commander';
import { type Plan, presetScale } from '#contract/host.ts';
import type { Report } from '#contract/report.ts';
import { each, wholeNumber, workersOption } from '../arguments.ts';
import { action, type Context, command } from '../command.ts';
import { experimentSource } from '../experimentSource.ts';
import { exitCode } from '../failure.ts';
import { counted, formatBytes, formatSeconds } from '../format.ts';
import { type HostApi, withCatalogue } from '../host.ts';
import { reportText } from '../reportText.ts';
import { metricsTable } from '../runTables.ts';
import { applySettings, parseSetting, type Setting } from '../setting.ts';
import { type Trained, train } from '../train.ts';

interface Options {
  readonly set?: readonly string[];
  readonly scale?: string;
  readonly seed?: number;
  readonly name?: string;
  readonly workers?: number;
  readonly xla?: string;
  readonly dryRun?: true;
}

export function run(): Command {
  return command(
    'run',
    'Train an experiment: a preset by its id, or a spec from a JSON file (- reads stdin). Ctrl-C pauses at a checkpoint.',
    'run contrastive-digits --set steps=200 --set optimizer.learningRate=0.01',
    'run mlm-pcfg --set optimizer.id=sgd --seed 3 --name "SGD, small"',
    `run contrastive-digits --set 'vary.optimizer.learningRate=[0.001,0.01]'`,
    `run contrastive-digits --set 'vary.loss.id,batchSize=[["simclr",256],["byol",128]]'`,
    'run spec.json --dry-run --json',
  )
    .argument('<preset|spec.json>', 'what to run; basin studies lists the presets')
    .option(
      '--set <path=value>',
      'change a setting by its dotted path, arrays by index (probes.0.every=50); the value is JSON, else a string; another id of a component starts it from its defaults; vary.PATH takes a list of values, a run each, and vary.PATH,PATH a list of lists, for settings that vary together; may stand several times, applied in order',
      each,
    )
    .addOption(
      new Option(
        '--scale <scale>',
        'of a preset that comes in several: ten minutes, two hours, or for a GPU',
      ).choices(presetScale.options),
    )
    .option('--seed <n>', 'train this one seed', wholeNumber(0))
    .option('--name <name>', 'title of the experiment, and so the beginning of its runs’ names')
    .addOption(workersOption())
    .addOption(
      new Option('--xla <when>', 'compile graphs into machine code; auto: where it pays on this machine')
        .choices(['auto', 'on', 'off'])
        .env('BASIN_XLA'),
    )
    .option('--dry-run', 'print the complete spec, its runs and what they cost; write nothing')
    .action(action<[string, Options]>(runExperiment));
}

async function runExperiment(context: Context, source: string, options: Options): Promise<number> {
  const settings = (options.set ?? []).map(parseSetting);
  // Planned before the library is opened: bad input leaves no trace there.
  const plan = await withCatalogue((host) => planned(host, source, settings, options));
  // Workers take it from the environment that they inherit.
  if (options.xla !== undefined) process.env.BASIN_XLA = options.xla;
  if (options.dryRun !== true) return await runSpec(context, options.workers, plan.spec);
  printPlan(context, plan);
  return exitCode.done;
}

export async function planned(
  host: HostApi,
  source: string,
  settings: readonly Setting[],
  { seed, name, scale }: Pick<Options, 'seed' | 'name' | 'scale'> = {},
): Promise<Plan> {
  const all = [
    ...settings,
    ...(seed === undefined ? [] : [{ path: 'seeds', value: [seed] }]),
    ...(name === undefined ? [] : [{ path: 'title', value: name }]),
  ];
  const spec = experimentSource(source, await host.studies({}), scale);
  return await host.plan({ spec: applySettings(spec, all) });
}

async function runSpec(context: Context, workers: number | undefined, spec: Plan['spec']): Promise<number> {
  const { output } = context;
  return await trainExperiment(context, workers, spec, async (_host, trained, report) => {
    const { experiment } = trained.started;
    if (output.json) {
      output.document({ experiment, runs: trained.runs, ...(report === null ? {} : { report }) });
    } else {
      output.print(`Experiment ${experiment}\n\n${metricsTable(trained.runs, output)}`);
      for (const { name, error } of trained.runs) if (error !== null) output.note(`${name}: ${error}`);
      if (report !== null) output.print(`\n${reportText(report, output)}`);
    }
    return trained.exitCode;
  });
}

type Experiment = Trained<{ readonly experiment: string; readonly ids: readonly string[] }>;

/** Creates the experiment, trains all its runs, and hands on its report where it comes from a preset. */
export async function trainExperiment<Answer>(
  context: Context,
  workers: number | undefined,
  spec: Plan['spec'],
  finish: (host: HostApi, trained: Experiment, report: Report | null) => Promise<Answer>,
): Promise<Answer> {
  return await train(
    context,
    workers,
    async (host) => {
      const { experiment, runs } = await host.createExperiment({ spec });
      return { experiment, ids: runs.map(({ id }) => id) };
    },
    async (host, trained) =>
      finish(host, trained, await host.report({ experiment: trained.started.experiment })),
  );
}

function printPlan({ output }: Context, { spec, runs, estimate, parameters }: Plan): void {
  if (output.json) {
    output.document({ spec, runs, estimate, parameters });
    return;
  }
  const size = parameters === null ? '' : `, ${parameters.toLocaleString('en')} parameters`;
  output.print(JSON.stringify(spec, null, 2));
  output.print(`\n${counted(runs.length, 'run')}${size}:`);
  for (const { name } of runs) output.print(`  ${name}`);
  output.print(
    `${estimate.atMost ? 'At most about' : 'About'} ${formatSeconds(estimate.seconds)} and ${formatBytes(estimate.bytes)} of disk.`,
  );
}
