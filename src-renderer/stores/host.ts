/** The connection: calls to host and shell, and what became of them. */
import { defineStore } from 'pinia';
import { computed, ref, shallowRef } from 'vue';
import type { LibraryInfo, MachineState, QueueState } from '#contract/host.ts';
import type { ShellInfo } from '#contract/shell.ts';
import type { HostApi, ShellApi } from '../bridge.ts';

export type Connection = 'connecting' | 'ready' | 'lost' | 'absent';

export const useHost = defineStore('host', () => {
  const connection = ref<Connection>('connecting');
  const lostReason = ref('');
  const host = shallowRef<HostApi | null>(null);
  const shell = shallowRef<ShellApi | null>(null);
  const library = shallowRef<LibraryInfo | null>(null);
  const info = shallowRef<ShellInfo | null>(null);
  const machine = shallowRef<MachineState | null>(null);
  const queue = shallowRef<QueueState | null>(null);
  const running = computed(() => queue.value?.running.length ?? 0);

  function api(): HostApi {
    if (!host.value) throw new Error('The library is not connected yet. Wait a moment and try again.');
    return host.value;
  }

  function shellApi(): ShellApi {
    if (!shell.value) throw new Error('The window is not connected yet. Wait a moment and try again.');
    return shell.value;
  }

  return { connection, lostReason, host, shell, library, info, machine, queue, running, api, shellApi };
});
