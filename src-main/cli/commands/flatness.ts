/** `basin flatness`: the curvature of the loss at a checkpoint. */
import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { BasinError } from '#contract/error.ts';
import { each, wholeNumber } from '../arguments.ts';
import { action, type Context, command } from '../command.ts';
import { flatnessText } from '../flatnessText.ts';
import { askWorker } from '../question.ts';
import { parseSetting } from '../setting.ts';

interface Options {
  readonly measure: string;
  readonly operator?: string;
  readonly method?: string;
  readonly probes?: number;
  readonly top?: number;
  readonly batches?: number;
  readonly batchSize?: number;
  readonly parameters?: string;
  readonly seed?: number;
  readonly set?: readonly string[];
}

export function flatness(): Command {
  return command(
    'flatness',
    'Measure the curvature of the pre-training loss at a checkpoint: its trace, largest eigenvalues, spectral density or, for few weights, all eigenvalues. On fixed batches drawn from the run’s seed.',
    'flatness 3kq7 --operator hessian --measure trace --probes 32',
    'flatness 3kq7@500 --operator ggn --measure top --top 5 --json',
    "flatness weights.safetensors --measure exact --parameters 'projector/output/*'",
  )
    .argument(
      '<checkpoint>',
      'its id or a beginning of it; RUN for the last one of a run; RUN@STEP; or a .safetensors file',
    )
    .addOption(
      new Option('--operator <matrix>', 'the curvature matrix (default: hessian)').choices([
        'hessian',
        'ggn',
        'fisher',
      ]),
    )
    .addOption(
      new Option('--measure <measure>', 'what is asked of it')
        .choices(['trace', 'top', 'density', 'exact', 'tiled-trace'])
        .default('trace'),
    )
    .addOption(
      new Option('--method <method>', 'of the trace (default: hutchinson)').choices([
        'hutchinson',
        'hutchpp',
      ]),
    )
    .option('--probes <n>', 'random directions, for trace and density', wholeNumber(1))
    .option('--top <k>', 'how many eigenvalues, for top (default: 1)', wholeNumber(1))
    .option('--batches <n>', 'batches over which it is averaged (default: 1)', wholeNumber(1))
    .option('--batch-size <n>', 'examples of a batch (default: 128)', wholeNumber(1))
    .option(
      '--parameters <glob>',
      'weights by name, * for any characters, commas between several (default: all)',
    )
    .option('--seed <n>', 'of batches and directions (default: the run’s)', wholeNumber(0))
    .option('--set <name=value>', 'another setting of the measure (see basin components flatness)', each)
    .action(
      action<[string, Options]>(
        async (context, checkpoint, options) => await measure(context, checkpoint, options),
      ),
    );
}

async function measure({ library, output }: Context, checkpoint: string, options: Options): Promise<number> {
  refuseForeign(options);
  const { seed } = options;
  const job = {
    checkpoint: checkpoint.endsWith('.safetensors') ? resolve(checkpoint) : checkpoint,
    measure: choiceOf(options),
    ...(seed === undefined ? {} : { seed }),
  };
  return await askWorker(
    {
      subject: checkpoint,
      title: `${options.measure} of ${checkpoint}`,
      library,
      ask: (host) => host.flatness(job),
      print(found) {
        const { detail, ...rest } = found;
        if (output.json) output.document({ ...detail, ...rest });
        else output.print(flatnessText(found, output));
      },
    },
    output,
  );
}

/** Options that not every measure has. */
const belonging = { method: ['trace'], probes: ['trace', 'density'], top: ['top'] } as const;

/** @throws BasinError `bad-input` */
function refuseForeign(options: Options): void {
  for (const [option, measures] of Object.entries(belonging)) {
    const { measure } = options;
    const isGiven = options[option as keyof typeof belonging] !== undefined;
    if (!isGiven || measures.some((id) => id === measure)) continue;
    const where = measures.map((id) => `--measure ${id}`).join(' and ');
    throw new BasinError(
      'bad-input',
      `Option --${option}: ${measure} has none. It belongs to ${where}.`,
      option,
    );
  }
}

/** The measure with the settings that stand on the command line. */
function choiceOf(options: Options) {
  const {
    measure: id,
    top: count,
    set = [],
    operator,
    method,
    probes,
    batches,
    batchSize,
    parameters,
  } = options;
  const given = Object.entries({ operator, method, probes, batches, batchSize, parameters, count });
  const more = set.map(parseSetting).map(({ path, value }) => [path, value] as const);
  return { id, ...Object.fromEntries([...given.filter(([, value]) => value !== undefined), ...more]) };
}
