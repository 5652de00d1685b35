/** Ports from the preload, turned into typed calls and events; a new host port replaces the old one. */
import { type HostEvent, hostEvent, hostMethods } from '#contract/host.ts';
import { type Channel, type Link, link } from '#contract/link.ts';
import { type Api, client } from '#contract/rpc.ts';
import { type Bridge, portMessage, type ShellEvent, shellEvent, shellMethods } from '#contract/shell.ts';

declare global {
  interface Window {
    readonly basin?: Bridge;
  }
}

export type HostApi = Api<typeof hostMethods>;
export type ShellApi = Api<typeof shellMethods>;

export interface BridgeHandlers {
  onShell(api: ShellApi): void;
  onHost(api: HostApi): void;
  onHostEvent(event: HostEvent): void;
  onShellEvent(event: ShellEvent): void;
}

function portChannel(port: MessagePort): Channel {
  return {
    post: (message) => port.postMessage(message),
    on(listener) {
      port.onmessage = ({ data }) => listener(data);
      port.start();
    },
  };
}

/** Events in another form than agreed are dropped: the state that they tell of can be asked for. */
function listen<Event>(
  schema: { safeParse(value: unknown): { data?: Event } },
  handle: (event: Event) => void,
) {
  return (value: unknown) => {
    const { data } = schema.safeParse(value);
    if (data !== undefined) handle(data);
  };
}

/** False where the page runs outside the app's window. */
export function connect(handlers: BridgeHandlers): boolean {
  let host: Link | undefined;
  window.addEventListener('message', ({ data, ports }) => {
    const message = portMessage.safeParse(data);
    const [port] = ports;
    if (!message.success || !port) return;
    const channel = portChannel(port);
    if (message.data.basin === 'shell') {
      const shell = link(channel, { onEvent: listen(shellEvent, handlers.onShellEvent) });
      handlers.onShell(client(shellMethods, shell.call));
      return;
    }
    host?.close('The host that should answer was replaced by a new one. Try again.');
    host = link(channel, { onEvent: listen(hostEvent, handlers.onHostEvent) });
    handlers.onHost(client(hostMethods, host.call));
  });
  if (!window.basin) return false;
  window.basin.ready();
  return true;
}

/** A copy without the framework's proxies, which cannot be sent through a port. */
export function plain<Value>(value: Value): Value {
  return JSON.parse(JSON.stringify(value)) as Value;
}
