/** A graph for the Graph lab. */
import type { hostMethods } from '#contract/host.ts';
import type { Implementation } from '#contract/rpc.ts';
import type { Context } from './context.ts';

type Methods = Pick<Implementation<typeof hostMethods>, 'graph'>;

export function graphMethods({ graphLab, emit }: Context): Methods {
  return { graph: (question) => graphLab.ask(question, (stage) => emit({ type: 'graph', stage })) };
}
