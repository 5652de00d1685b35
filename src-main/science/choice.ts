/** From a component chosen in a spec to its definition and complete parameters. */
import type { z } from 'zod';
import type { ComponentChoice } from '#contract/component.ts';
import { BasinError } from '#contract/error.ts';
import { firstIssue } from '#contract/rpc.ts';
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
  const parsed = definition.params.safeParse(raw);
  if (!parsed.success) {
    const issue = firstIssue(parsed.error);
    const at = issue.path ? `${path}.${issue.path}` : path;
    const message = parsed.error.issues[0]?.message ?? 'invalid';
    throw new BasinError('bad-input', `Setting ${at}: ${message}.`, at);
  }
  return { definition, params: parsed.data as z.output<D['params']> };
}
