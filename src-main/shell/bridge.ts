/**
 * Between page and processes: hands the page a `shell` port, answered here, and a `host` port whose
 * messages go to the host process and back unread. A host that ends is started again, three times a minute.
 */
import { ipcMain, MessageChannelMain, type MessagePortMain, type WebContents } from 'electron';
import { type Channel, type Link, link } from '#contract/link.ts';
import type { Call } from '#contract/rpc.ts';
import type { PortMessage, ShellEvent } from '#contract/shell.ts';
import { type HostOptions, type HostProcess, startHost } from './hostProcess.ts';
import { pageOrigin } from './page.ts';

const restartsPerMinute = 3;
/** A host may take 20 s to bring its runs to a checkpoint. */
const stopMilliseconds = 25_000;

export interface BridgeOptions {
  readonly page: WebContents;
  readonly serve: Call;
  readonly host: Pick<HostOptions, 'node' | 'entry'>;
  /** The host ended too often to be started again; `openLibrary` begins anew. */
  readonly onGivenUp: (reason: string) => void;
}

export interface HostBridge {
  /** Ends the host, if any, and starts one on this library; the page gets a new port. */
  openLibrary(folder: string): Promise<void>;
  /** Never answered, lost where no page listens yet. */
  tell(event: ShellEvent): void;
  close(): Promise<void>;
}

export function createBridge({ page, serve, host, onGivenUp }: BridgeOptions): HostBridge {
  let process: HostProcess | undefined;
  let hostPort: MessagePortMain | undefined;
  let shellLink: Link | undefined;
  let listening = false;
  let starts: number[] = [];
  /** One library is opened after another, however fast they are asked for. */
  let turn = Promise.resolve();

  function handPort(message: PortMessage): MessagePortMain {
    const { port1, port2 } = new MessageChannelMain();
    page.postMessage('basin:port', message, [port2]);
    return port1;
  }

  function connectHost(): void {
    hostPort?.close();
    hostPort = undefined;
    if (!listening || !process) return;
    const target = process;
    hostPort = handPort({ basin: 'host' });
    hostPort.on('message', (event) => target.post(event.data));
    hostPort.start();
  }

  function start(folder: string): void {
    starts.push(Date.now());
    process = startHost(folder, {
      ...host,
      onMessage: (message) => hostPort?.postMessage(message),
      onLost: (reason) => lost(folder, reason),
    });
    connectHost();
  }

  function lost(folder: string, reason: string): void {
    process = undefined;
    shellLink?.event({ type: 'host-lost', reason } satisfies ShellEvent);
    starts = starts.filter((at) => Date.now() - at < 60_000);
    if (starts.length > restartsPerMinute) onGivenUp(reason);
    else start(folder);
  }

  // Also after a reload: the page begins anew, so do its ports. The host goes on.
  ipcMain.on('basin:ready', (event) => {
    if (event.sender !== page || event.senderFrame?.origin !== pageOrigin) return;
    listening = true;
    shellLink?.close('The page was loaded again.');
    shellLink = link(channel(handPort({ basin: 'shell' })), { serve });
    connectHost();
  });

  return {
    openLibrary(folder) {
      turn = turn.then(async () => {
        await process?.stop(stopMilliseconds);
        starts = [];
        start(folder);
      });
      return turn;
    },
    tell: (event) => shellLink?.event(event),
    close() {
      turn = turn.then(() => process?.stop(stopMilliseconds));
      return turn;
    },
  };
}

function channel(port: MessagePortMain): Channel {
  return {
    post: (message) => port.postMessage(message),
    on(listener) {
      port.on('message', (event) => listener(event.data));
      port.start();
    },
  };
}
