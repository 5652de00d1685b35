/** A value that outlives the window, in the page's own storage. */
import { type Ref, ref, watch } from 'vue';
import type { z } from 'zod';

/** What is stored in another form (an older version's) counts as nothing stored. */
export function remembered<Value>(key: string, schema: z.ZodType<Value>, initial: Value): Ref<Value> {
  const value = ref(recall(key, schema) ?? initial) as Ref<Value>;
  watch(value, (now) => localStorage.setItem(`basin/${key}`, JSON.stringify(now)), { deep: true });
  return value;
}

export function recall<Value>(key: string, schema: z.ZodType<Value>): Value | undefined {
  try {
    return schema.safeParse(JSON.parse(localStorage.getItem(`basin/${key}`) ?? 'null')).data;
  } catch {
    return undefined;
  }
}
