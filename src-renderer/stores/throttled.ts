/** Calls at most once in `interval` milliseconds, never two at a time, and always once after the last wish. */
export function throttled(action: () => Promise<void> | void, interval: number): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let busy = false;
  let again = false;
  let last = Number.NEGATIVE_INFINITY;

  async function run(): Promise<void> {
    timer = undefined;
    busy = true;
    last = performance.now();
    try {
      await action();
    } finally {
      busy = false;
      if (again) {
        again = false;
        wish();
      }
    }
  }

  function wish(): void {
    if (busy) {
      again = true;
      return;
    }
    if (timer !== undefined) return;
    timer = setTimeout(() => void run(), Math.max(0, last + interval - performance.now()));
  }

  return wish;
}
