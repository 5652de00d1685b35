/**
 * The host as a child process under the project's own Node, and its end noticed. Messages pass through
 * unread: Node's advanced serialization on this side, structured clones on the page's.
 */
import { type ChildProcess, spawn } from 'node:child_process';

export interface HostOptions {
  /** Node 24's executable, and the host's script. */
  readonly node: string;
  readonly entry: string;
  readonly onMessage: (message: unknown) => void;
  /** It ended without being asked to; `reason` is its last words. */
  readonly onLost: (reason: string) => void;
}

export interface HostProcess {
  post(message: unknown): void;
  /** Lets it checkpoint its runs and close the library; kills it after `milliseconds`. */
  stop(milliseconds: number): Promise<void>;
}

export function startHost(library: string, { node, entry, onMessage, onLost }: HostOptions): HostProcess {
  const child = spawn(node, ['--enable-source-maps', entry, '--library', library], {
    env: environment(process.env),
    stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
    serialization: 'advanced',
  });
  let lastWords = '';
  let ended = false;
  let stopping = false;
  const end = (reason: string) => {
    if (ended) return;
    ended = true;
    if (!stopping) onLost(reason);
  };
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    process.stderr.write(text);
    lastWords = (lastWords + text).slice(-2000);
  });
  child.on('message', onMessage);
  child.on('error', (error) => end(`${node}: ${error.message}`));
  // `close` comes after the last of stderr, `exit` may come before it.
  child.on('close', (code, signal) => end(reasonOfEnd(lastWords, code, signal)));
  return {
    post(message) {
      if (child.connected) child.send(message as NodeJS.Dict<unknown>);
    },
    stop(milliseconds) {
      stopping = true;
      return ended ? Promise.resolve() : stopChild(child, milliseconds);
    },
  };
}

function stopChild(child: ChildProcess, milliseconds: number): Promise<void> {
  return new Promise((done) => {
    const timer = setTimeout(() => child.kill('SIGKILL'), milliseconds);
    // Not `close`: Node emits none after a disconnect from this side.
    child.once('exit', () => {
      clearTimeout(timer);
      done();
    });
    if (child.connected) child.disconnect();
  });
}

/** The host is plain Node: what tells Electron how to run must not reach it, nor the workers below it. */
function environment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(env).filter(([name]) => !/^(ELECTRON_|NODE_OPTIONS$|CHROME_)/.test(name)),
  );
}

function reasonOfEnd(lastWords: string, code: number | null, signal: NodeJS.Signals | null): string {
  const line = lastWords.trim().split('\n').at(-1);
  if (line) return line;
  return signal ? `The host was ended by ${signal}.` : `The host ended with exit code ${code}.`;
}
