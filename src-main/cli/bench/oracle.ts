/** Exact conditionals of a grammar's sentences, against the same algorithm in Python over nltk's grammar classes. */
import { agreement } from './agreement.ts';
import { perUnit, warmUp } from './interleave.ts';
import type { Benchmark } from './lab.ts';
import { peerEnvironments } from './peers.ts';
import { summary } from './statistics.ts';

const work = 'exact conditionals of every position of a sentence, published grammar counts, one thread';
/** The oracle does not use TensorFlow. */
const compute = 'plain';

export const oracleBenchmarks: readonly Benchmark[] = [
  {
    id: 'oracle',
    work,
    unit: 'ms',
    against: 'inside–outside in Python, nltk’s PCFG',
    target: { of: 'ratio', at: 'least', value: 100 },
    async measure(lab) {
      const sides = await lab.pair('oracle', 'oracle', 'captured', peerEnvironments.nltk);
      const { values } = await sides.ours.ask({ op: 'check' });
      const { values: peers } = await sides.peer.ask({ op: 'check' });
      const checks = [agreement('log-probabilities and conditionals', values, peers, 1e-11)];
      return { compute, checks, ...(await lab.timed('oracle', sides)) };
    },
  },
  {
    id: 'oracle/rate',
    work: `sentences a second: ${work}`,
    unit: '1/s',
    against: null,
    target: { of: 'ours', at: 'least', value: 5000 },
    async measure(lab) {
      const side = lab.ours('captured');
      await side.ask({ op: 'build', work: 'oracle', folder: lab.folder() });
      const { count, seconds } = lab.blocks;
      const units = await warmUp(side, seconds);
      const rates: number[] = [];
      for (let block = 0; block < count; block++) rates.push(1 / (await perUnit(side, units)));
      await lab.end(side);
      const ours = summary(rates).median;
      return { compute, ours, peer: null, ratio: null, spread: null, blocks: count, checks: [] };
    },
  },
];
