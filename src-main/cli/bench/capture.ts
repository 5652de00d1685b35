/**
 * Seconds from the start of a worker to the end of the first step that is replayed, without and with what
 * an earlier run has left in the caches. The peer's clock starts when its libraries are imported, ours
 * before Node has started.
 */
import type { Benchmark, Lab } from './lab.ts';
import { summary } from './statistics.ts';
import { plain } from './tuning.ts';

export const captureBenchmarks: readonly Benchmark[] = [
  {
    id: 'capture',
    work: 'from the start to the first replayed mlm-step, nothing cached (ratio: ours over the peer’s)',
    unit: 's',
    against: 'torch.compile’s warm-up',
    target: { of: 'ratio', at: 'most', value: 0.5 },
    measure: (lab) => measure(lab, false),
  },
  {
    id: 'capture/cached',
    work: 'the same after an earlier run (ratio: ours over the peer’s)',
    unit: 's',
    against: 'torch.compile’s warm-up, cached',
    target: { of: 'ours', at: 'most', value: 2 },
    measure: (lab) => measure(lab, true),
  },
];

async function measure(lab: Lab, cached: boolean) {
  const compute = await lab.computeFor('mlm-step');
  const blocks = lab.quick ? 1 : 5;
  const pairs: { readonly ours: number; readonly peer: number }[] = [];
  for (let block = 0; block < blocks; block++) {
    const caches = lab.folder();
    const start = async () => ({
      ours: await startOurs(lab, compute, caches),
      peer: await startPeer(lab, caches),
    });
    if (cached) await start();
    pairs.push(await start());
    lab.note(`${cached ? 'capture/cached' : 'capture'}: start ${block + 1} of ${blocks}`);
  }
  const ratio = summary(pairs.map(({ ours, peer }) => ours / peer));
  return {
    compute,
    ours: summary(pairs.map(({ ours }) => ours)).median,
    peer: summary(pairs.map(({ peer }) => peer)).median,
    ratio: ratio.median,
    spread: ratio.spread,
    blocks,
    checks: [],
  };
}

async function startOurs(lab: Lab, compute: string, caches: string): Promise<number> {
  const folder = lab.folder();
  const started = performance.now();
  const side = lab.ours(compute, caches);
  await side.ask({ op: 'build', work: 'mlm-step', folder });
  await side.ask({ op: 'run', count: 1 });
  const seconds = (performance.now() - started) / 1000;
  await lab.end(side);
  return seconds;
}

async function startPeer(lab: Lab, caches: string): Promise<number> {
  const folder = lab.folder();
  const writer = lab.ours(plain);
  await writer.ask({ op: 'build', work: 'mlm-step', folder });
  await lab.end(writer);
  const side = await lab.peer({ TORCHINDUCTOR_CACHE_DIR: caches });
  await side.ask({ op: 'describe' });
  const started = performance.now();
  await side.ask({ op: 'build', work: 'mlm-step/default', folder });
  await side.ask({ op: 'run', count: 1 });
  const seconds = (performance.now() - started) / 1000;
  await lab.end(side);
  return seconds;
}
