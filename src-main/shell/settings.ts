/** What the shell remembers between starts: the window's place, the theme, the folder last saved to. */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { theme } from '#contract/shell.ts';

const settings = z.object({
  bounds: z.object({ x: z.int(), y: z.int(), width: z.int(), height: z.int() }).optional(),
  maximized: z.boolean().default(false),
  theme: theme.default('system'),
  saveFolder: z.string().optional(),
});
export type Settings = z.infer<typeof settings>;

/** Unreadable settings are forgotten: they hold nothing that a person made. */
export function readSettings(file: string): Settings {
  try {
    return settings.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return settings.parse({});
  }
}

export function writeSettings(file: string, value: Settings): void {
  try {
    writeFileSync(`${file}.part`, JSON.stringify(value, null, 2));
    renameSync(`${file}.part`, file);
  } catch {
    // A full disk must not keep the window from closing.
  }
}
