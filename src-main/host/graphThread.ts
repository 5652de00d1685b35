/** The Graph lab's thread: answers one question after the other. Loads no TensorFlow. */
import { parentPort } from 'node:worker_threads';
import type { GraphQuestion } from '#contract/graph.ts';
import { toErrorValue } from '#contract/rpc.ts';
import { answerGraph } from '#science/graphLab/lab.ts';
import type { GraphMessage } from './jobs/graphLab.ts';

const say = (message: GraphMessage): void => parentPort?.postMessage(message);

parentPort?.on('message', async (question: GraphQuestion) => {
  try {
    say({ answer: await answerGraph(question, (stage) => say({ stage })) });
  } catch (error) {
    say({ error: toErrorValue(error) });
  }
});
