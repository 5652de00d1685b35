/** The page's files under a scheme of their own, `basin://app/`, with a policy that lets nothing else in. */
import { readFile } from 'node:fs/promises';
import { extname, join, normalize, sep } from 'node:path';
import { app, protocol, session } from 'electron';

export const pageOrigin = 'basin://app';
export const pageUrl = `${pageOrigin}/index.html`;

// Styles inline: chart and component libraries set them on elements. Images: what a chart draws of itself.
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff': 'font/woff',
  '.woff2': 'font/woff2',
  '.ttf': 'font/ttf',
};

/** Before the app is ready. */
export function registerPageScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: 'basin', privileges: { standard: true, secure: true, supportFetchAPI: true } },
  ]);
}

/** @param folder the built page, `out/page` */
export function servePage(folder: string): void {
  protocol.handle('basin', async (request) => {
    const { host, pathname } = new URL(request.url);
    const path = normalize(join(folder, decodeURIComponent(pathname)));
    const type = types[extname(path)];
    if (host !== 'app' || !path.startsWith(folder + sep) || !type) return new Response(null, { status: 404 });
    try {
      const headers = {
        'content-type': type,
        'content-security-policy': policy,
        'x-content-type-options': 'nosniff',
      };
      return new Response(new Uint8Array(await readFile(path)), { headers });
    } catch {
      return new Response(null, { status: 404 });
    }
  });
}

/** No navigation, no second window, no permission: whatever a page might be led to ask for. */
export function confinePages(): void {
  session.defaultSession.setPermissionRequestHandler((_page, _permission, answer) => answer(false));
  session.defaultSession.setPermissionCheckHandler(() => false);
  app.on('web-contents-created', (_event, page) => {
    page.on('will-navigate', (event) => event.preventDefault());
    page.on('will-attach-webview', (event) => event.preventDefault());
    page.setWindowOpenHandler(() => ({ action: 'deny' }));
  });
}
