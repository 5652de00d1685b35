/**
 * A link between two processes: birpc over any channel of structured messages (a MessagePort, a child
 * process). Each side serves one table of methods, may call the other's, and may send events.
 */
import { createBirpc } from 'birpc';
import { BasinError } from './error.ts';
import type { Call } from './rpc.ts';

/** One end of a channel. Messages are structured clones: typed arrays arrive as typed arrays. */
export interface Channel {
  post(message: unknown): void;
  on(listener: (message: unknown) => void): void;
}

interface Endpoint {
  call(method: string, input: unknown): Promise<unknown>;
  event(value: unknown): void;
}

export interface Link {
  /** Calls the other side; hand it to `client` with the other side's table. */
  readonly call: Call;
  /** Sends an event; never answered. */
  event(value: unknown): void;
  /** Calls that still wait are rejected with `reason`. */
  close(reason: string): void;
}

export interface LinkOptions {
  /** What this side answers, from `serve`; a side without methods answers every call with an error. */
  readonly serve?: Call;
  readonly onEvent?: (value: unknown) => void;
}

export function link(channel: Channel, { serve, onEvent }: LinkOptions = {}): Link {
  const local: Endpoint = {
    call: async (method, input) =>
      serve
        ? serve(method, input)
        : { error: { code: 'bad-input', message: `Call ${method}: this side serves no calls.` } },
    event: (value) => onEvent?.(value),
  };
  const rpc = createBirpc<Endpoint, Endpoint>(local, {
    post: (message) => channel.post(message),
    on: (listener) => channel.on(listener),
    // Long answers (a report, a large series) are not failures: the process's end is.
    timeout: -1,
  });
  return {
    // `client` parses the reply; what comes through here is not yet trusted.
    call: (method, input) => rpc.call(method, input) as ReturnType<Call>,
    event: (value) => void rpc.event.asEvent(value),
    close: (reason) => rpc.$close(new BasinError('internal', reason)),
  };
}
