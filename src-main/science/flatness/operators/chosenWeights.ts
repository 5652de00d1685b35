/** Some of a model's weights, in the place of all of them. */
import { BasinError } from '#contract/error.ts';
import { Parameters } from '#engine/parameters.ts';
import type { Variable } from '#engine/tf.ts';

export class ChosenWeights extends Parameters {
  readonly #given: ReadonlyMap<string, Variable>;

  constructor(variables: Iterable<readonly [name: string, variable: Variable]>) {
    super();
    this.#given = new Map(variables);
    for (const [name, { shape }] of this.#given) this.constant(name, shape, 0);
  }

  /** They are their model's to free. */
  override dispose(): void {}

  protected make(name: string): Variable {
    return this.#given.get(name) as Variable;
  }
}

/**
 * Those whose names fit one of the patterns in `globs`, which are separated by commas; `*` stands for any
 * characters, slashes too: `encoder/*`.
 * @throws BasinError `bad-input` where a pattern fits none
 */
export function weightsNamed(parameters: Parameters, globs: string): ChosenWeights {
  const names = [...parameters.all.keys()];
  const chosen = new Set<string>();
  for (const glob of globs.split(',').map((text) => text.trim())) {
    const parts = glob.split('*').map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&'));
    const pattern = new RegExp(`^${parts.join('.*')}$`);
    const fitting = names.filter((name) => pattern.test(name));
    if (fitting.length === 0) {
      throw new BasinError(
        'bad-input',
        `Parameters ${glob}: no weight has such a name. The model has ${listed(names)}.`,
        'parameters',
      );
    }
    for (const name of fitting) chosen.add(name);
  }
  return new ChosenWeights([...parameters.all].filter(([name]) => chosen.has(name)));
}

/** A few of them: large models have hundreds. */
function listed(names: readonly string[]): string {
  const shown = names.slice(0, 8).join(', ');
  return names.length > 8 ? `${shown} and ${names.length - 8} more` : shown;
}
