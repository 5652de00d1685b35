/** Errors, kept until they are read; and short confirmations that leave by themselves. */
import { defineStore } from 'pinia';
import { ref } from 'vue';
import { BasinError } from '#contract/error.ts';

export interface Notice {
  readonly id: number;
  readonly kind: 'error' | 'done';
  /** What was tried: "Delete run". */
  readonly doing: string;
  readonly message: string;
  readonly path: string | undefined;
  readonly at: Date;
  /** How often the same thing happened in a row. */
  times: number;
}

export const useNotices = defineStore('notices', () => {
  const notices = ref<Notice[]>([]);
  let next = 1;

  function error(doing: string, cause: unknown): void {
    const message = cause instanceof Error ? cause.message : String(cause);
    const path = cause instanceof BasinError ? cause.path : undefined;
    const same = notices.value.find((n) => n.kind === 'error' && n.doing === doing && n.message === message);
    if (same) same.times += 1;
    else notices.value.push({ id: next++, kind: 'error', doing, message, path, at: new Date(), times: 1 });
  }

  function done(message: string, path?: string): void {
    const id = next++;
    notices.value.push({ id, kind: 'done', doing: '', message, path, at: new Date(), times: 1 });
    setTimeout(() => dismiss(id), 6000);
  }

  function dismiss(id: number): void {
    notices.value = notices.value.filter((notice) => notice.id !== id);
  }

  /** Carries out an action; a failure stays on the screen under the action's name. */
  async function attempt<Value>(doing: string, action: () => Promise<Value>): Promise<Value | undefined> {
    try {
      return await action();
    } catch (cause) {
      error(doing, cause);
      return undefined;
    }
  }

  return { notices, error, done, dismiss, attempt };
});
