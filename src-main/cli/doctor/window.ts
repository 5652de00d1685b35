/** Electron and the display: only the window needs them. */
import { packageRoot } from '../packageRoot.ts';
import { type Check, reason } from './check.ts';

export interface ElectronFound {
  readonly version: string | null;
  readonly source: string | null;
}

interface Resolved {
  readonly version: string;
  readonly source: string;
  readonly path: string;
  readonly missing?: readonly string[];
}

export function hasDisplay(env: NodeJS.ProcessEnv): boolean {
  return Boolean(env.DISPLAY || env.WAYLAND_DISPLAY);
}

export function checkDisplay(env: NodeJS.ProcessEnv): Check {
  const display = env.WAYLAND_DISPLAY || env.DISPLAY;
  if (display) return { id: 'display', ok: true, detail: display };
  const detail = 'none: the window needs one (DISPLAY or WAYLAND_DISPLAY); all commands work without.';
  return { id: 'display', ok: true, detail, note: true };
}

/** Looks at what is there and downloads nothing. Without a display a missing Electron is a note. */
export async function checkElectron(display: boolean): Promise<{ check: Check; found: ElectronFound }> {
  const bad = (detail: string): Check =>
    display ? { id: 'electron', ok: false, detail } : { id: 'electron', ok: true, detail, note: true };
  try {
    const electron = await resolved();
    const { source, missing = [] } = electron;
    if (missing.length > 0) {
      const detail = `Electron (${source}) lacks system libraries: ${missing.join(', ')}. Run npm start as root once, or install them.`;
      return { check: bad(detail), found: { version: electron.version || null, source } };
    }
    const detail = `${electron.version} (${source})`;
    return { check: { id: 'electron', ok: true, detail }, found: { version: electron.version, source } };
  } catch (error) {
    return { check: bad(reason(error)), found: { version: null, source: null } };
  }
}

async function resolved(): Promise<Resolved> {
  // Set-up code runs before anything is installed, so it stands apart from this program, in plain JavaScript.
  const script = new URL('scripts/electron.mjs', packageRoot);
  const { resolveElectron } = (await import(script.href)) as {
    resolveElectron(options: { fetch: boolean }): Promise<Resolved>;
  };
  return await resolveElectron({ fetch: false });
}
