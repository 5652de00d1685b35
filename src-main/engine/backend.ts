/** The one place that loads the native TensorFlow; only a worker may reach it. */
import './nodeCompat.ts';
import { createRequire } from 'node:module';
import type { NativeBackend } from './capture/binding.ts';
import { registerSecondOrderGradients } from './gradients/secondOrder.ts';
import { projectiveTransformKernel } from './projectiveTransform.ts';
import { recordableKernels } from './recordableKernels.ts';
import { statelessRandomKernels } from './statelessRandom.ts';

// Its greeting on standard error says nothing that a person could act upon; errors still appear.
process.env.TF_CPP_MIN_LOG_LEVEL ??= '2';

// By require, so that the lines above have run before tfjs looks at `util` and loads the library.
const require = createRequire(import.meta.url);

export const tf = require('@tensorflow/tfjs-node-gpu') as typeof import('@tensorflow/tfjs-node-gpu');

for (const { kernelName } of recordableKernels) tf.unregisterKernel(kernelName, 'tensorflow');
for (const kernel of [...recordableKernels, projectiveTransformKernel, ...statelessRandomKernels])
  tf.registerKernel(kernel);
registerSecondOrderGradients();

/** The backend itself, for what tfjs's public face does not offer. */
export const nativeBackend = tf.backend() as unknown as NativeBackend;

export const versions = { tensorflow: nativeBackend.binding.TF_Version, tfjs: tf.version['tfjs-core'] };
