import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type BenchRequest, type BenchRow, benchMachine } from '#contract/bench.ts';
import { agreement, lossesAgree } from '../../src-main/cli/bench/agreement.ts';
import { benchmarksNamed } from '../../src-main/cli/bench/benchmarks.ts';
import { benchTable, machineLines } from '../../src-main/cli/bench/benchTable.ts';
import { interleave } from '../../src-main/cli/bench/interleave.ts';
import { describeMachine } from '../../src-main/cli/bench/machine.ts';
import { growth } from '../../src-main/cli/bench/memory.ts';
import { peersPython } from '../../src-main/cli/bench/peers.ts';
import { Side } from '../../src-main/cli/bench/side.ts';
import { quantile } from '../../src-main/cli/bench/statistics.ts';
import { probesNeeded, tracesAgree } from '../../src-main/cli/bench/trace.ts';
import { fastest } from '../../src-main/cli/bench/tuning.ts';

/** A process of a few lines that speaks the protocol. */
const speaking = (body: string): Side =>
  new Side('fake', process.execPath, [
    '-e',
    `require('readline').createInterface({ input: process.stdin }).on('line', (line) => {
       const request = JSON.parse(line);
       const say = (reply) => console.log(JSON.stringify(reply));
       ${body}
     });`,
  ]);

/** A side whose unit of work takes `seconds(run)`; `runs` gathers the order of the sides' turns. */
const timed = (name: string, seconds: (run: number) => number, runs: string[] = []): Pick<Side, 'ask'> => {
  let run = 0;
  const ask = async (request: BenchRequest) => {
    if (request.op !== 'run') throw new Error(request.op);
    runs.push(name);
    run += 1;
    return { seconds: request.count * seconds(run), values: [] };
  };
  return { ask: ask as Side['ask'] };
};

test('quantiles are those of Hyndman and Fan’s seventh definition', () => {
  // R: quantile(c(15, 20, 35, 40, 50), c(.25, .4, .5, .75), type = 7)
  const values = [50, 15, 40, 20, 35];
  expect([0.25, 0.4, 0.5, 0.75].map((share) => quantile(values, share))).toEqual([20, 29, 35, 40]);
  fc.assert(
    // −0 and 0 have no order among each other.
    fc.property(fc.array(fc.double({ noNaN: true, min: -1e6, max: 1e6 }), { minLength: 1 }), (some) => {
      expect(quantile(some, 0)).toBe(Math.min(...some) + 0);
      expect(quantile(some, 1)).toBe(Math.max(...some) + 0);
    }),
  );
});

test('sides take turns, who goes first changes, and the ratio is taken block by block', async () => {
  const runs: string[] = [];
  // The machine halves its speed from block to block: medians of either side alone mean little then.
  const slowing = (factor: number) => (run: number) => factor * 2 ** run;
  const ours = timed('o', slowing(0.01), runs);
  const peer = timed('p', slowing(0.03), runs);
  const { ratio } = await interleave(ours, peer, { count: 4, seconds: 1 }, () => {});
  expect(runs.slice(8).join('')).toBe('oppooppo');
  expect(ratio.median).toBeCloseTo(3, 12);
  expect(ratio.spread[0]).toBeCloseTo(3, 12);
});

test('seconds are those of one unit, however many a block holds', async () => {
  const { ours, peer, ratio } = await interleave(
    timed('o', () => 0.02),
    timed('p', () => 0.5),
    { count: 3, seconds: 2 },
    () => {},
  );
  expect(ours).toBeCloseTo(0.02, 12);
  expect(peer).toBeCloseTo(0.5, 12);
  expect(ratio.median).toBeCloseTo(25, 10);
});

test('agreement is relative to the peer, and nothing missing or undefined agrees', () => {
  expect(agreement('x', [1.001, -2], [1, -2], 1e-2)).toMatchObject({ ok: true });
  expect(agreement('x', [1.001, -2], [1, -2], 1e-2).difference).toBeCloseTo(1e-3, 12);
  expect(agreement('x', [1.1, -2], [1, -2], 1e-2).ok).toBe(false);
  expect(agreement('x', [1], [1, 2], 1).ok).toBe(false);
  expect(agreement('x', [Number.NaN], [1], 1).ok).toBe(false);
});

test('a first loss must agree more closely than those after optimizer steps', async () => {
  const losses = (...values: number[]): Pick<Side, 'ask'> => ({
    ask: (async () => ({ values })) as unknown as Side['ask'],
  });
  const verdicts = async (...ours: number[]) =>
    (await lossesAgree(losses(...ours), losses(5, 4, 3))).map(({ ok }) => ok);
  expect(await verdicts(5, 4.001, 3)).toEqual([true, true]);
  expect(await verdicts(5.001, 4, 3)).toEqual([false, true]);
  expect(await verdicts(5, 4, 3.01)).toEqual([true, false]);
});

test('the number of probes makes the standard error two per cent, within limits', () => {
  // 32 probes with 10 %: five times less needs 25 times as many.
  expect(probesNeeded([100, 10], 32)).toBe(800);
  expect(probesNeeded([-100, 10], 32)).toBe(800);
  expect(probesNeeded([100, 0.001], 32)).toBe(2);
  expect(probesNeeded([0, 10], 32)).toBe(1000);
});

test('traces agree within four standard errors of their difference', () => {
  const at = (trace: number, stderr: number) => ({ seconds: 1, trace, stderr });
  expect(tracesAgree({ ours: at(100, 3), peer: at(119, 4) }).ok).toBe(true);
  expect(tracesAgree({ ours: at(100, 3), peer: at(121, 4) }).ok).toBe(false);
});

test('the fastest settings win, but the plain ones where the gain is within the noise', () => {
  const times = (plain: number, xla: number) =>
    new Map([
      ['captured, XLA', xla],
      ['captured', plain],
      ['captured, oneDNN on', 2],
    ]);
  expect(fastest(times(1, 0.9))).toBe('captured, XLA');
  expect(fastest(times(1, 0.98))).toBe('captured');
  expect(fastest(times(0.5, 0.9))).toBe('captured');
});

test('growth compares the end with the time after the start', () => {
  const steady = Array.from({ length: 100 }, (_, i) => (i < 5 ? 100 : 200));
  expect(growth(steady)).toBe(0);
  // One per cent of the start a sample: 210 … 219 then 290 … 299 of an initial 200.
  const leaking = Array.from({ length: 100 }, (_, i) => 200 + i);
  expect(growth(leaking)).toBeCloseTo(294.5 / 214.5 - 1, 12);
});

test('a benchmark is found by its name or by its family', () => {
  const ids = (id?: string) => benchmarksNamed(id).map((benchmark) => benchmark.id);
  expect(ids('mlm-step/pruned')).toEqual(['mlm-step/pruned']);
  expect(ids('hvp')).toEqual(['hvp/hessian-eigenthings', 'hvp/pyhessian']);
  expect(ids('capture')).toEqual(['capture', 'capture/cached']);
  const all = ids();
  expect(new Set(all).size).toBe(all.length);
  const families = ['mlm-step', 'contrastive-step', 'hvp', 'trace', 'peak', 'capture', 'memory', 'oracle'];
  expect([...new Set(all.map((id) => id.split('/')[0]))]).toEqual(families);
  expect(() => benchmarksNamed('speed')).toThrow(/Benchmark speed: there is none/);
});

test('a side is asked and answers; its errors and its death are one line', async () => {
  const side = speaking(`
    if (request.op === 'check') say({ answer: { values: [1, 2] } });
    else if (request.op === 'build') say({ error: 'no such work.' });
    else { console.error('warning\\nOut of memory'); process.exit(3); }`);
  expect(await side.ask({ op: 'check' })).toEqual({ values: [1, 2] });
  await expect(side.ask({ op: 'build', work: 'x', folder: '/' })).rejects.toThrow(
    'Benchmark: fake failed to build: no such work.',
  );
  await expect(side.ask({ op: 'run', count: 1 })).rejects.toThrow(
    'Benchmark: fake failed to run: Out of memory.',
  );
  await side.end();
});

test('a side that does not start, or talks nonsense, says so', async () => {
  const missing = new Side('peer', '/nowhere/python', []);
  await expect(missing.ask({ op: 'check' })).rejects.toThrow(/peer failed to check: .*ENOENT/);
  const nonsense = speaking(`console.log('hello')`);
  await expect(nonsense.ask({ op: 'check' })).rejects.toThrow('it answered "hello"');
  await nonsense.end();
});

test('peers that cannot be installed are one clear line, and do not count as installed', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'basin-peers-'));
  try {
    const requirements = join(folder, 'requirements.txt');
    writeFileSync(requirements, './no-such-package\n');
    const notes: string[] = [];
    const note = (text: string) => void notes.push(text);
    const signal = AbortSignal.timeout(60_000);
    const install = peersPython(requirements, 'Installing.', { BASIN_CACHE: folder }, note, signal);
    await expect(install).rejects.toThrow(/^Peers: they could not be installed: .+ needed\.$/);
    expect(notes).toEqual(['Installing.']);
    const [environment = ''] = readdirSync(folder).filter((name) => name.startsWith('peers-'));
    expect(existsSync(join(folder, environment, '.complete'))).toBe(false);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}, 60_000);

test('the table shows a ratio with its quartiles, a missed target and a disagreement', () => {
  const machine = { ...describeMachine(), versions: { node: '24', torch: '2' } };
  expect(benchMachine.parse(machine)).toEqual(machine);
  const row: BenchRow = {
    id: 'hvp/pyhessian',
    work: 'product',
    compute: 'captured, XLA',
    unit: 'ms',
    ours: 250.4,
    peer: 401.6,
    against: 'pyhessian',
    ratio: 1.604,
    spread: [1.58, 1.62],
    blocks: 11,
    target: { of: 'ratio', at: 'least', value: 2 },
    met: false,
    checks: [{ name: 'products', difference: 0.1, tolerance: 1e-4, ok: false }],
    machine,
  };
  const output = {
    ...{ json: false, width: null },
    ...{ print: () => {}, document: () => {}, note: () => {} },
    style: (_style: unknown, text: string) => text,
  };
  const [, line] = benchTable([row], output).split('\n');
  expect(line).toMatch(
    /^hvp\/pyhessian +250 +402 +ms +1\.60 +1\.58 – 1\.62 +≥ 2 missed +NO +captured, XLA +pyhessian$/,
  );
  expect(machineLines(row)).toContain('node 24, torch 2');
});
