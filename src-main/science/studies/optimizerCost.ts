/** What the optimizer of a spec costs, for estimates. */
import type { ComponentChoice } from '#contract/component.ts';
import { chosen } from '../choice.ts';
import { optimizers } from '../components.ts';

/** Gradients a step, and slots of each weight. */
export function optimizerCost(choice: ComponentChoice): {
  readonly gradients: number;
  readonly slots: number;
} {
  const { definition, params } = chosen(optimizers, choice, 'optimizer');
  return definition.cost(params);
}
