/** The one place that loads the native TensorFlow; only a worker may reach it. */
import './nodeCompat.ts';
import { createRequire } from 'node:module';

// Its greeting on standard error says nothing that a person could act upon; errors still appear.
process.env.TF_CPP_MIN_LOG_LEVEL ??= '2';

// By require, so that the lines above have run before tfjs looks at `util` and loads the library.
const require = createRequire(import.meta.url);

export const tf = require('@tensorflow/tfjs-node-gpu') as typeof import('@tensorflow/tfjs-node-gpu');

const { binding } = tf.backend() as unknown as { readonly binding: { readonly TF_Version: string } };

export const versions = { tensorflow: binding.TF_Version, tfjs: tf.version['tfjs-core'] };
