/** How busy the machine is, from the operating system's own counters. */

import { readFileSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { cpus, freemem, totalmem } from 'node:os';
import type { MachineState } from '#contract/host.ts';

interface Times {
  readonly busy: number;
  readonly total: number;
  readonly at: number;
}

/** Shorter intervals than this say little: counters tick in hundredths of a second. */
const shortest = 200;

export class Machine {
  private readonly folder: string;
  private last = read();
  private share = 0;

  constructor(folder: string) {
    this.folder = folder;
  }

  /** Processor share since the last call. */
  async state(): Promise<MachineState> {
    const now = read();
    if (now.at - this.last.at >= shortest && now.total > this.last.total) {
      this.share = (now.busy - this.last.busy) / (now.total - this.last.total);
      this.last = now;
    }
    const { bavail, bsize } = await statfs(this.folder);
    const processors = cpus();
    return {
      cpu: Math.min(1, Math.max(0, this.share)),
      memoryUsed: totalmem() - available(),
      memoryTotal: totalmem(),
      diskFree: bavail * bsize,
      device: `${processors[0]?.model.trim() ?? 'CPU'} (${processors.length} cores)`,
    };
  }
}

function read(): Times {
  let busy = 0;
  let total = 0;
  for (const { times } of cpus()) {
    const all = times.user + times.nice + times.sys + times.idle + times.irq;
    busy += all - times.idle;
    total += all;
  }
  return { busy, total, at: Date.now() };
}

/** Linux counts files in its cache as used; `MemAvailable` is what a program could still get. */
function available(): number {
  try {
    const kilobytes = /^MemAvailable:\s+(\d+) kB/m.exec(readFileSync('/proc/meminfo', 'utf8'))?.[1];
    if (kilobytes !== undefined) return Number(kilobytes) * 1024;
  } catch {
    // Not Linux.
  }
  return freemem();
}
