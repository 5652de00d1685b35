/** Which host runs a run: a process that can be told from a later one with the same number. */
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { z } from 'zod';

const owner = z.strictObject({
  machine: z.string(),
  pid: z.int(),
  /** Boot and start time of the process; empty where the system does not tell. */
  started: z.string(),
  /** Tells hosts inside one process apart. */
  instance: z.string(),
});

export function thisOwner(instance: string): string {
  const { pid } = process;
  return JSON.stringify({ machine: hostname(), pid, started: startOf(pid) ?? '', instance });
}

/** False only where the owner's process is known to have ended; another machine's is taken to live. */
export function isAlive(text: string | null): boolean {
  if (text === null) return false;
  const { machine, pid, started } = owner.parse(JSON.parse(text));
  if (machine !== hostname()) return true;
  if (started !== '') return startOf(pid) === started;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** Linux: field 22 of /proc/PID/stat counts clock ticks since the boot that `boot_id` names. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is the program's name and may hold spaces and parentheses.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // A zombie has ended, though its number is still taken.
    if (fields[0] === 'Z' || fields[0] === 'X') return undefined;
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return `${boot}/${fields[19]}`;
  } catch {
    return undefined;
  }
}
