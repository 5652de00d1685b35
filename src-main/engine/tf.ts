/**
 * TensorFlow's operations as plain functions, without a backend: science code imports this. The
 * native library is loaded by `backend.ts` alone, in a worker.
 */
export * from '@tensorflow/tfjs-core';
// In place of tfjs's own, whose second derivatives are wrong.
export { logSoftmax } from './gradients/logSoftmax.ts';
export { stopGradient } from './gradients/stopGradient.ts';
