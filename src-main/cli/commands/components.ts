/** `basin components`: everything registered, with the schema of its parameters. */
import type { Command } from 'commander';
import { type ComponentInfo, componentKind } from '#contract/component.ts';
import { BasinError } from '#contract/error.ts';
import { action, command } from '../command.ts';
import { withCatalogue } from '../host.ts';
import type { Output } from '../output.ts';
import { nearest } from '../suggest.ts';
import { table } from '../table.ts';

export function components(): Command {
  return command(
    'components',
    'List datasets, encoders, losses, optimizers, probes…, with their parameters.',
    'components loss',
  )
    .argument('[kind]', componentKind.options.join(', '))
    .action(
      action<[string | undefined]>(async ({ output }, name) => {
        const kind = name === undefined ? undefined : knownKind(name);
        const all = await withCatalogue((host) => host.components(kind === undefined ? {} : { kind }));
        if (output.json) output.document(all);
        else output.print(all.map((each) => componentText(each, output)).join('\n\n'));
      }),
    );
}

function knownKind(name: string): ComponentInfo['kind'] {
  const kind = componentKind.safeParse(name);
  if (kind.success) return kind.data;
  const meant = nearest(name, componentKind.options);
  const tryThis = meant ? `Did you mean ${meant}?` : `Kinds: ${componentKind.options.join(', ')}.`;
  throw new BasinError('bad-input', `Kind ${name}: there is no such kind of component. ${tryThis}`, name);
}

interface ParameterSchema {
  readonly default?: unknown;
  readonly unit?: string;
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
  readonly exclusiveMaximum?: number;
  readonly enum?: readonly unknown[];
  readonly description?: string;
}

function componentText({ kind, id, title, help, reference, schema }: ComponentInfo, output: Output): string {
  const lines = [`${output.style('bold', `${kind} ${id}`)}  ${title}`, `  ${help}`];
  if (reference !== undefined) lines.push(`  ${reference}`);
  const parameters = Object.entries((schema.properties ?? {}) as Record<string, ParameterSchema>);
  if (parameters.length === 0) return lines.join('\n');
  const rows = parameters.map(([name, parameter]) => [
    `  ${name}`,
    parameter.default === undefined ? '' : JSON.stringify(parameter.default),
    rangeText(parameter),
    parameter.unit ?? '',
    parameter.description ?? '',
  ]);
  const columns = ['  parameter', 'default', 'range', 'unit', 'meaning'].map((name) => ({
    title: name,
    shrinks: name === 'meaning',
  }));
  return [...lines, table(columns, rows, output)].join('\n');
}

/** JavaScript's safe integers bound every whole number in a schema; they are no range to speak of. */
function rangeText(schema: ParameterSchema): string {
  if (schema.enum) return schema.enum.map(String).join(' | ');
  const low = schema.minimum ?? schema.exclusiveMinimum;
  const high = schema.maximum ?? schema.exclusiveMaximum;
  const from = low === undefined || low === Number.MIN_SAFE_INTEGER ? '' : String(low);
  const to = high === undefined || high === Number.MAX_SAFE_INTEGER ? '' : String(high);
  return from || to ? `${from}…${to}` : '';
}
