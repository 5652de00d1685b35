/** A copy of a run's encoder, for fine-tuning on one downstream task. */
import type { MlmRunSpec } from '#contract/spec.ts';
import { LoadedParameters, type Parameters } from '#engine/parameters.ts';
import type { Sentence } from '../../data/language.ts';
import type { Tunable } from '../../definition.ts';
import { ChosenWeights } from '../../flatness/operators/chosenWeights.ts';
import { buildModel } from './model.ts';
import type { DownstreamTask } from './tasks.ts';
import { sequences, type Tokens } from './tokens.ts';

export function tunable(
  spec: MlmRunSpec,
  tokens: Tokens,
  trained: Parameters,
  task: DownstreamTask,
): Tunable {
  const copy = new LoadedParameters(
    new Map([...trained.all].map(([name, weight]) => [name, Float32Array.from(weight.dataSync())])),
  );
  const model = buildModel(spec, tokens, copy);
  const features = [...copy.all].filter(([name]) => !name.startsWith('output/'));
  return {
    parameters: new ChosenWeights(features),
    width: model.featureWidth,
    features: model.features,
    labels: (set) => task[set].labels,
    feeds: (set, places) =>
      sequences(
        tokens,
        Array.from(places, (place) => task[set].sentences[place] as Sentence),
      ),
    dispose: () => copy.dispose(),
  };
}
