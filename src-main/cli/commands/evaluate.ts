/** `basin evaluate loss`: a loss on given arrays, for checking against an implementation of one's own. */
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Argument, type Command } from 'commander';
import { BasinError } from '#contract/error.ts';
import type { LossValue } from '#contract/lossValue.ts';
import { encodeSafetensors } from '#engine/safetensors.ts';
import { each } from '../arguments.ts';
import { action, type Context, command } from '../command.ts';
import { formatNumber } from '../format.ts';
import { assertKnown } from '../knownComponent.ts';
import { askWorker } from '../question.ts';
import { parseSetting } from '../setting.ts';

interface Options {
  readonly tensors: string;
  readonly set?: readonly string[];
  readonly gradients?: string;
}

export function evaluate(): Command {
  return command(
    'evaluate',
    'Print the value of a loss on arrays of a file, its parts and, if asked, its gradients: for checking ' +
      'against an implementation of one’s own. basin components loss lists losses and their settings.',
    'evaluate loss spectral --tensors views.safetensors --set mu=10 --json',
    'evaluate loss moco --tensors views.safetensors --set temperature=0.2 --gradients gradients.safetensors',
  )
    .addArgument(new Argument('<what>', 'what is evaluated').choices(['loss']))
    .argument('<id>', 'the loss: spectral, simclr, moco, byol, simsiam, swav, supcon, supervised, mlm, …')
    .requiredOption(
      '--tensors <file>',
      'safetensors with z1 z2 p1 p2 k1 k2 queue prototypes logits targets weights, as far as the loss reads them',
    )
    .option('--set <name=value>', 'a setting of the loss', each)
    .option('--gradients <file>', 'write the gradient of every array but the targets here (safetensors)')
    .action(
      action<[string, string, Options]>(
        async (context, _what, id, options) => await evaluateLoss(context, id, options),
      ),
    );
}

async function evaluateLoss({ output }: Context, id: string, options: Options): Promise<number> {
  const settings = (options.set ?? []).map(parseSetting).map(({ path, value }) => [path, value] as const);
  const file = resolve(options.tensors);
  const out = options.gradients;
  if (out !== undefined && resolve(out) === file) {
    throw new BasinError('bad-input', `Option --gradients: ${out} holds the arrays. Name another file.`, out);
  }
  return await askWorker(
    {
      subject: file,
      title: `${id} on ${options.tensors}`,
      library: null,
      async ask(host) {
        await assertKnown('loss', id, host);
        const loss = { id, ...Object.fromEntries(settings) };
        return await host.evaluateLoss({ file, loss, gradients: out !== undefined });
      },
      print({ gradients, ...found }) {
        if (gradients && out !== undefined) writeGradients(out, gradients);
        const { unread } = found;
        if (unread.length > 0) output.note(`Not read by ${id}: ${unread.join(', ')}.`);
        if (output.json) output.document({ ...found, ...(gradients && { gradients: out }) });
        else output.print(lossText(found));
      },
    },
    output,
  );
}

function writeGradients(out: string, gradients: NonNullable<LossValue['gradients']>): void {
  try {
    writeFileSync(out, encodeSafetensors({ tensors: new Map(Object.entries(gradients)), metadata: {} }));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new BasinError('disk', `Cannot write ${out}: ${why}. Name another file.`, out);
  }
}

function lossText({ loss, value, parts }: Omit<LossValue, 'gradients'>): string {
  const terms = Object.entries(parts).map(([name, part]) => `${name} ${formatNumber(part)}`);
  const end = terms.length > 0 ? `  (${terms.join(', ')})` : '';
  return `${loss.id} = ${value.toPrecision(9)}${end}`;
}
