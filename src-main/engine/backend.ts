/** The one place that loads the native TensorFlow; only a worker may reach it. */
import './nodeCompat.ts';
import { createRequire } from 'node:module';

// By require, so that nodeCompat has run before tfjs looks at `util`.
const require = createRequire(import.meta.url);

export const tf = require('@tensorflow/tfjs-node-gpu') as typeof import('@tensorflow/tfjs-node-gpu');
