/** `basin graph`: the spectrum of a user's positive-pair graph, and vectors that the spectral loss gives it. */
import { Argument, type Command } from 'commander';
import { BasinError } from '#contract/error.ts';
import { settingIssue } from '#science/choice.ts';
import { readGraphFile } from '#science/data/graphFile.ts';
import { type FitSettings, fitSettings } from '#science/graph/fit.ts';
import type { Graph } from '#science/graph/graph.ts';
import { each, wholeNumber } from '../arguments.ts';
import { action, command } from '../command.ts';
import { formatNumber } from '../format.ts';
import { fitAnswer } from '../graph/fitAnswer.ts';
import { eigenvectorsFound, searchProgress } from '../graph/searchProgress.ts';
import { spectrumAnswer } from '../graph/spectrumAnswer.ts';
import { refuseExisting, writeVectors } from '../graph/vectorsFile.ts';
import type { Output } from '../output.ts';
import { parseSetting } from '../setting.ts';
import { fields } from '../table.ts';

const questions = ['spectrum', 'fit'] as const;

interface Options {
  readonly adjacency: string;
  readonly k?: number;
  readonly vectors?: string;
  readonly set?: readonly string[];
  readonly seed?: number;
}

/** Eigenvalues where no --k is given. */
const usual = 10;

export function graph(): Command {
  return command(
    'graph',
    'Print the spectrum of a weighted undirected graph, or fit vectors to it by the spectral contrastive loss. ' +
      'Eigenvalues are those of D^(−1/2) W D^(−1/2); `gap` of spectrum is λ_k − λ_(k+1), of fit the relative distance ' +
      'of the loss from its minimum −Σ λ² over the k largest eigenvalues that are not negative.',
    'graph spectrum --adjacency graph.csv --k 10 --json',
    'graph fit --adjacency graph.safetensors --k 8 --vectors f.safetensors',
  )
    .addArgument(new Argument('<question>', 'what is asked').choices(questions))
    .requiredOption(
      '--adjacency <file>',
      'CSV: a dense matrix without header, or edges under the header row,col,weight; or .safetensors: adjacency, or row, col, weight',
    )
    .option('--k <n>', `eigenvalues (default: ${usual}), or the width of fitted vectors`, wholeNumber(1))
    .option('--vectors <file>', 'write the eigenvectors, or the fitted vectors, [n, k], as safetensors (F64)')
    .option(
      '--set <name=value>',
      'fit: steps (5000), tolerance of the gradient (1e-8), scale of the start (1)',
      each,
    )
    .option('--seed <n>', 'fit: of the start (default: 0)', wholeNumber(0))
    .action(
      action<[(typeof questions)[number], Options]>(async ({ output }, question, options) => {
        const { adjacency, vectors: file } = options;
        const settings = question === 'fit' ? settingsOf(options) : refuseForeign(options);
        if (file !== undefined) refuseExisting(file);
        const read = readGraphFile(adjacency);
        const k = widthOf(question, options, read);
        const progress = searchProgress(adjacency);
        if (settings) {
          const { answer, vectors } = fitAnswer(read, k, settings, options.seed ?? 0, progress);
          progress.end();
          if (file !== undefined) writeVectors(file, vectors);
          print(answer, output);
        } else {
          const { answer, vectors } = spectrumAnswer(read, k, eigenvectorsFound(progress));
          progress.end();
          if (file !== undefined) writeVectors(file, vectors, answer.eigenvalues);
          print(answer, output);
        }
      }),
    );
}

/** @throws BasinError `bad-input` */
function widthOf(question: string, { k, adjacency }: Options, { vertices }: Graph): number {
  if (k === undefined && question === 'fit') {
    throw new BasinError('bad-input', 'Option --k: it is missing. Give the width of the vectors.', 'k');
  }
  if (k !== undefined && k > vertices) {
    const why = `${adjacency} has ${vertices} vertices`;
    throw new BasinError('bad-input', `Option --k: ${why}. Give at most ${vertices}.`, 'k');
  }
  return k ?? Math.min(usual, vertices);
}

/** @throws BasinError `bad-input` */
function settingsOf({ set = [] }: Options): FitSettings {
  const given = Object.fromEntries(set.map(parseSetting).map(({ path, value }) => [path, value] as const));
  const parsed = fitSettings.safeParse(given, { reportInput: true });
  if (parsed.success) return parsed.data;
  const { path, why } = settingIssue(parsed.error);
  throw new BasinError('bad-input', `Setting ${path}: ${why}.`, path);
}

/** @throws BasinError `bad-input` */
function refuseForeign({ set, seed }: Options): null {
  const foreign = set ? 'set' : seed === undefined ? null : 'seed';
  if (foreign === null) return null;
  throw new BasinError('bad-input', `Option --${foreign}: spectrum has none. It belongs to fit.`, foreign);
}

function print(answer: object, output: Output): void {
  if (output.json) {
    output.document(answer);
    return;
  }
  const text = (value: unknown): string => {
    if (Array.isArray(value)) return value.map(text).join('  ');
    if (typeof value === 'number') return formatNumber(value);
    return value === null ? '–' : String(value);
  };
  output.print(
    fields(
      Object.entries(answer).map(([name, value]) => [name, text(value)] as const),
      output,
    ),
  );
}
