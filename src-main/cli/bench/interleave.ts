/**
 * Two sides timed in turn: blocks of some seconds each, ours and the peer's one after another, so that what
 * else the machine does, and how warm it is, reaches both alike. The ratio is taken block by block.
 */
import type { Side } from './side.ts';
import { type Summary, summary } from './statistics.ts';

export interface Blocks {
  /** Pairs of blocks. */
  readonly count: number;
  /** Length of a block. */
  readonly seconds: number;
}

export interface Timing {
  /** Median seconds of one unit of work. */
  readonly ours: number;
  readonly peer: number;
  /** The peer's seconds over ours. */
  readonly ratio: Summary;
}

export async function interleave(
  ours: Pick<Side, 'ask'>,
  peer: Pick<Side, 'ask'>,
  { count, seconds }: Blocks,
  progress: (done: number) => void,
): Promise<Timing> {
  const ourUnits = await warmUp(ours, seconds);
  const peerUnits = await warmUp(peer, seconds);
  const pairs: { ours: number; peer: number }[] = [];
  for (let block = 0; block < count; block++) {
    const pair = { ours: 0, peer: 0 };
    const oursTurn = async () => {
      pair.ours = await perUnit(ours, ourUnits);
    };
    const peersTurn = async () => {
      pair.peer = await perUnit(peer, peerUnits);
    };
    // Who goes first changes: a machine that slows down steadily then favours neither.
    for (const turn of block % 2 === 0 ? [oursTurn, peersTurn] : [peersTurn, oursTurn]) await turn();
    pairs.push(pair);
    progress(block + 1);
  }
  return {
    ours: summary(pairs.map((pair) => pair.ours)).median,
    peer: summary(pairs.map((pair) => pair.peer)).median,
    ratio: summary(pairs.map((pair) => pair.peer / pair.ours)),
  };
}

/** Runs a side for two blocks' length after its first units, which compile; the units of a block. */
export async function warmUp(side: Pick<Side, 'ask'>, seconds: number): Promise<number> {
  await perUnit(side, 2);
  const rough = Math.max(1, Math.round(seconds / (await perUnit(side, 1))));
  // Many units at once may compile something of their own.
  await perUnit(side, rough);
  return Math.max(1, Math.round(seconds / (await perUnit(side, rough))));
}

/** Seconds of one of `units`. */
export async function perUnit(side: Pick<Side, 'ask'>, units: number): Promise<number> {
  const { seconds } = await side.ask({ op: 'run', count: units });
  return seconds / units;
}
