/** What the page can ask of the Electron shell: dialogs, files that a person chose, the window's theme. */
import { z } from 'zod';
import type { MethodTable } from './rpc.ts';
import { nothing } from './worker.ts';

export const theme = z.enum(['system', 'light', 'dark']);
export type Theme = z.infer<typeof theme>;

export const shellInfo = z.strictObject({
  version: z.string(),
  electron: z.string(),
  platform: z.string(),
  library: z.string(),
});
export type ShellInfo = z.infer<typeof shellInfo>;

export const shellMethods = {
  info: { input: nothing, output: shellInfo },
  /**
   * Asks once where to save the first file; the others go beside it under the same base name with
   * their own extensions. Null: the person cancelled.
   */
  saveFiles: {
    input: z.strictObject({
      title: z.string(),
      /** `name` without folders, e.g. `loss.svg`; `text` as UTF-8. */
      files: z.array(z.strictObject({ name: z.string().regex(/^[^/\\]+$/), text: z.string() })).min(1),
    }),
    output: z.strictObject({ saved: z.array(z.string()) }).nullable(),
  },
  /** Where to save one file that the host will write (a checkpoint). Null: cancelled. */
  chooseSavePath: {
    input: z.strictObject({ title: z.string(), name: z.string().regex(/^[^/\\]+$/) }),
    output: z.strictObject({ path: z.string() }).nullable(),
  },
  showInFolder: { input: z.strictObject({ path: z.string() }), output: nothing },
  copyText: { input: z.strictObject({ text: z.string() }), output: nothing },
  setTheme: { input: z.strictObject({ theme }), output: nothing },
  /** Opens another library folder in this window; null: cancelled. */
  openLibrary: { input: nothing, output: z.strictObject({ folder: z.string() }).nullable() },
} satisfies MethodTable;

export const shellEvent = z.discriminatedUnion('type', [
  /** The host ended unexpectedly and is being started again; a new host port follows. */
  z.strictObject({ type: z.literal('host-lost'), reason: z.string() }),
  /** A menu item or accelerator that the page carries out. */
  z.strictObject({ type: z.literal('command'), command: z.string() }),
]);
export type ShellEvent = z.infer<typeof shellEvent>;

/**
 * The preload forwards ports into the page with `window.postMessage(portMessage, '*', [port])`: one
 * `shell` port for these methods, one `host` port each time a host starts (a new one replaces the old).
 */
export const portMessage = z.strictObject({ basin: z.enum(['shell', 'host']) });
export type PortMessage = z.infer<typeof portMessage>;

/** The one object that the preload puts on `window.basin`. */
export interface Bridge {
  /** Says that the page listens for ports; the preload answers with the `shell` and `host` ports. */
  ready(): void;
}
