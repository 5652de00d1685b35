/** Whether two sides compute the same: only then do their times compare. */
import type { BenchCheck } from '#contract/bench.ts';
import type { Side } from './side.ts';

/** Largest difference between two lists of numbers, each relative to the peer's. */
export function agreement(
  name: string,
  ours: readonly number[],
  peer: readonly number[],
  tolerance: number,
): BenchCheck {
  const apart = ours.map((value, i) => {
    const other = peer[i] ?? Number.NaN;
    return Math.abs(value - other) / Math.abs(other);
  });
  const difference = ours.length === peer.length ? Math.max(0, ...apart) : Number.NaN;
  // Not a number is no agreement.
  return { name, difference, tolerance, ok: difference <= tolerance };
}

/**
 * The first loss is one forward pass in float32. Those after optimizer steps differ by more: an adaptive
 * step turns rounding of a gradient near zero into a step of either sign.
 */
export async function lossesAgree(
  ours: Pick<Side, 'ask'>,
  peer: Pick<Side, 'ask'>,
): Promise<readonly BenchCheck[]> {
  const [first = [], later = []] = await firstAndLater(ours);
  const [peersFirst = [], peersLater = []] = await firstAndLater(peer);
  return [
    agreement('first loss', first, peersFirst, 1e-5),
    agreement('losses after one and two steps', later, peersLater, 1e-3),
  ];
}

/** v·Hv and ‖Hv‖ of one vector, through float32 products of different order. */
export async function productsAgree(
  ours: Pick<Side, 'ask'>,
  peer: Pick<Side, 'ask'>,
): Promise<readonly BenchCheck[]> {
  const { values } = await ours.ask({ op: 'check' });
  const { values: peers } = await peer.ask({ op: 'check' });
  return [agreement('v·Hv and |Hv|', values, peers, 1e-4)];
}

async function firstAndLater(side: Pick<Side, 'ask'>): Promise<readonly [number[], number[]]> {
  const { values } = await side.ask({ op: 'check' });
  return [values.slice(0, 1), values.slice(1)];
}
