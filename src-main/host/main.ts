/**
 * The host as a process of its own: `main.ts --library DIR`, started with an IPC channel over which
 * it answers `hostMethods` and sends events. It ends when its parent does.
 */
import { parseArgs } from 'node:util';
import { BasinError } from '#contract/error.ts';
import { hostMethods } from '#contract/host.ts';
import { link } from '#contract/link.ts';
import { type Call, serve, toErrorValue } from '#contract/rpc.ts';
import { type Host, openHost } from './host.ts';

const { values } = parseArgs({ options: { library: { type: 'string' } } });

let call: Call | undefined;
let host: Host | undefined;
/** Calls that come before the library is open wait for it. */
const opened = Promise.withResolvers<void>();
const connection = link(
  {
    post: (message) => void (process.connected && process.send?.(message, undefined, {}, () => undefined)),
    on: (listener) => void process.on('message', listener),
  },
  {
    serve: async (method, input) => {
      await opened.promise;
      return call ? call(method, input) : { error: { code: 'internal', message: 'The host is closing.' } };
    },
  },
);

let ending = false;
async function end(): Promise<void> {
  if (ending) return;
  ending = true;
  await opened.promise;
  await host?.close();
  process.exit(0);
}
process.on('disconnect', () => void end());
process.on('SIGTERM', () => void end());
process.on('SIGINT', () => void end());

try {
  const folder = values.library;
  if (!folder) throw new BasinError('bad-input', 'Host: no library folder was given. Pass --library DIR.');
  host = await openHost({ folder, onEvent: (event) => connection.event(event) });
  call = serve(hostMethods, host.api);
} catch (error) {
  // The window shows why: a host that died would only be started again.
  const answer = { error: toErrorValue(error) };
  call = async () => answer;
}
opened.resolve();
