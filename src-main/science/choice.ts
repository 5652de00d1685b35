/** From a component chosen in a spec to its definition and complete parameters. */
import type { z } from 'zod';
import type { ComponentChoice } from '#contract/component.ts';
import { BasinError } from '#contract/error.ts';
import type { Definition } from './definition.ts';

export interface Chosen<D extends Definition> {
  readonly definition: D;
  readonly params: z.output<D['params']>;
}

/**
 * `path` is the setting's place in the spec, for errors. `every` is the schedule's, not the component's.
 * @throws BasinError `bad-input` for an unknown id or a bad parameter.
 */
export function chosen<D extends Definition>(
  definitions: readonly D[],
  choice: ComponentChoice,
  path: string,
): Chosen<D> {
  const definition = definitions.find(({ id }) => id === choice.id);
  if (!definition) {
    const known = definitions.map(({ id }) => id).join(', ');
    throw new BasinError(
      'bad-input',
      `Setting ${path}.id: "${choice.id}" is not known. Take one of: ${known}.`,
      `${path}.id`,
    );
  }
  const { id: _id, every: _every, ...raw } = choice;
  const parsed = definition.params.safeParse(raw, { reportInput: true });
  if (!parsed.success) {
    const issue = settingIssue(parsed.error);
    const at = issue.path ? `${path}.${issue.path}` : path;
    throw new BasinError('bad-input', `Setting ${at}: ${issue.why}.`, at);
  }
  return { definition, params: parsed.data as z.output<D['params']> };
}

/**
 * What a schema finds wrong first, in a person's words. Parse with `reportInput`: without the input a
 * missing setting cannot be told from one of the wrong type.
 */
export function settingIssue(error: z.ZodError): { readonly path: string; readonly why: string } {
  const issue = error.issues[0];
  const keys = issue?.path.map(String) ?? [];
  if (issue?.code === 'unrecognized_keys' && issue.keys[0] !== undefined) {
    return { path: [...keys, issue.keys[0]].join('.'), why: 'there is no such setting. Remove it' };
  }
  return { path: keys.join('.'), why: issue ? inWords(issue) : 'it is not valid' };
}

const kinds: Readonly<Record<string, string>> = {
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  string: 'text',
  array: 'a list',
  object: 'a group of settings',
};

function inWords(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined
        ? 'it is missing'
        : `it must be ${kinds[issue.expected] ?? issue.expected}`;
    case 'too_small': {
      if (issue.origin === 'string' || issue.origin === 'array') return 'it must not be empty';
      return `it must be ${issue.inclusive ? 'at least' : 'more than'} ${issue.minimum}`;
    }
    case 'too_big':
      return `it must be ${issue.inclusive ? 'at most' : 'less than'} ${issue.maximum}`;
    case 'invalid_value':
      return `it must be ${issue.values.map(String).join(' or ')}`;
    default:
      // A schema's own rule, which says itself what it wants.
      return issue.message;
  }
}
