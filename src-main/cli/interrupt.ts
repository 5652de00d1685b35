/** Ctrl-C and a polite kill: the first asks for an orderly end, the second does not wait for it. */
import { readFileSync } from 'node:fs';
import { exitCode } from './failure.ts';

export interface Interrupt {
  /** The exit code that the signal asks for, or null while there was none. */
  readonly code: number | null;
  /** Called once, at the first signal. */
  onSignal(listener: () => void): void;
  release(): void;
}

export function catchInterrupts(): Interrupt {
  let code: number | null = null;
  let listener = (): void => {};
  const handle = (signal: NodeJS.Signals): void => {
    if (code !== null) {
      killChildren();
      process.exit(code);
    }
    code = signal === 'SIGINT' ? exitCode.interrupted : exitCode.terminated;
    listener();
  };
  process.on('SIGINT', handle);
  process.on('SIGTERM', handle);
  return {
    get code() {
      return code;
    },
    onSignal(next) {
      listener = next;
    },
    release() {
      process.off('SIGINT', handle);
      process.off('SIGTERM', handle);
    },
  };
}

/** A worker deep in native code does not notice that its host is gone. */
function killChildren(): void {
  let children = '';
  try {
    children = readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, 'utf8');
  } catch {
    // Kernels without this file: the workers end when they miss their channel.
  }
  for (const id of children.split(/\s+/).filter(Boolean)) {
    try {
      process.kill(Number(id), 'SIGKILL');
    } catch {
      // It ended by itself meanwhile.
    }
  }
}
