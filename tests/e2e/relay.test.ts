/** The way between page and host: what is sent arrives as it was, and a lost host comes back. */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launch, projectRoot, type RunningApp } from './launch.ts';

declare global {
  var ports: Record<'shell' | 'host', MessagePort>;
  var counts: Record<'shell' | 'host', number>;
  var callShell: (method: string, input: unknown) => Promise<unknown>;
}

// The built shell and preload, with a host and a page that only look at what passes.
const root = mkdtempSync(join(tmpdir(), 'basin-relay-'));
let running: RunningApp;

beforeAll(async () => {
  const source = join(import.meta.dirname, 'relay-app');
  for (const part of ['shell', 'preload']) {
    cpSync(join(projectRoot, 'out', part), join(root, 'out', part), { recursive: true });
  }
  mkdirSync(join(root, 'out', 'host'));
  cpSync(join(source, 'host.js'), join(root, 'out', 'host', 'main.js'));
  mkdirSync(join(root, 'out', 'page'));
  for (const file of ['index.html', 'page.js']) cpSync(join(source, file), join(root, 'out', 'page', file));
  const manifest = { name: 'basin', version: '0.0.0', type: 'module', main: 'out/shell/index.cjs' };
  writeFileSync(join(root, 'package.json'), JSON.stringify(manifest));
  running = await launch(root);
  await running.page.waitForFunction(() => globalThis.counts?.host > 0 && globalThis.counts.shell > 0);
});
afterAll(async () => {
  await running?.close();
  rmSync(root, { recursive: true, force: true });
});

test('typed arrays arrive as typed arrays, in both directions, with every value', async () => {
  const seen = await running.page.evaluate(async () => {
    const sent = {
      float64: new Float64Array([1.5, -0, 1e308, Number.NaN, Number.NEGATIVE_INFINITY]),
      part: new Float64Array([0, 1, 2, 3, 4]).subarray(1, 4),
      uint8: new Uint8Array([0, 127, 255]),
      float32: new Float32Array([0.1]),
      large: new Float64Array(200_000).fill(Math.PI),
      nothing: null,
      absent: undefined,
      text: 'Σλ²',
    };
    const answer = await new Promise<{ types: object; echo: typeof sent }>((done) => {
      globalThis.ports.host.onmessage = (event) => done(event.data);
      globalThis.ports.host.postMessage(sent);
    });
    const { echo } = answer;
    const same = (a: ArrayLike<number>, b: ArrayLike<number>) =>
      a.length === b.length && Array.from(a).every((value, index) => Object.is(value, b[index]));
    return {
      atHost: answer.types,
      kinds: [
        echo.float64 instanceof Float64Array,
        echo.part instanceof Float64Array,
        echo.uint8 instanceof Uint8Array,
        echo.float32 instanceof Float32Array,
      ],
      equal: [
        same(echo.float64, sent.float64),
        same(echo.part, sent.part),
        same(echo.uint8, sent.uint8),
        same(echo.float32, sent.float32),
        same(echo.large, sent.large),
      ],
      others: [echo.nothing, echo.absent === undefined, echo.text],
    };
  });
  expect(seen.atHost).toEqual({
    ...{ float64: 'Float64Array', part: 'Float64Array', uint8: 'Uint8Array', float32: 'Float32Array' },
    ...{ large: 'Float64Array', nothing: 'null', absent: 'undefined', text: 'String' },
  });
  expect(seen.kinds).toEqual([true, true, true, true]);
  expect(seen.equal).toEqual([true, true, true, true, true]);
  expect(seen.others).toEqual([null, true, 'Σλ²']);
});

test('the host is plain Node 24 on the chosen library, untouched by Electron', async () => {
  const host = await running.page.evaluate(
    () =>
      new Promise<{ node: string; arguments: string[]; leaked: string[] }>((done) => {
        globalThis.ports.host.onmessage = (event) => done(event.data);
        globalThis.ports.host.postMessage({});
      }),
  );
  expect(host.node).toBe(process.versions.node);
  expect(host.arguments).toEqual(['--library', running.library]);
  expect(host.leaked).toEqual([]);
});

test('the page is confined: no Node, no navigation, no second window, no permission, no inline script', async () => {
  const { app, page } = running;
  const found = await page.evaluate(async () => {
    const script = document.createElement('script');
    script.textContent = 'globalThis.injected = true';
    document.body.append(script);
    const notifications = await Notification.requestPermission();
    return {
      node: 'process' in globalThis || 'require' in globalThis,
      bridge: Object.keys((globalThis as unknown as { basin: object }).basin),
      injected: 'injected' in globalThis,
      opened: window.open('https://example.invalid/') !== null,
      outside: await fetch('basin://app/../../package.json').then((answer) => answer.status),
      network: await fetch('https://example.invalid/').then(
        () => 'allowed',
        () => 'refused',
      ),
      notifications,
    };
  });
  expect(found).toEqual({
    ...{ node: false, bridge: ['ready'], injected: false, opened: false },
    ...{ outside: 404, network: 'refused', notifications: 'denied' },
  });
  await page.evaluate(() => {
    location.href = 'https://example.invalid/';
  });
  expect(page.url()).toBe('basin://app/index.html');
  expect(await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1);
});

test('the shell answers: what it is, a chosen place for files, a cancelled dialog, bad input', async () => {
  const { app, page, library } = running;
  const call = (method: string, input: unknown) =>
    page.evaluate(([name, value]) => globalThis.callShell(name, value), [method, input] as const);
  const choose = (path: string) =>
    app.evaluate(({ dialog }, filePath) => {
      dialog.showSaveDialog = async () => ({ canceled: filePath === '', filePath });
    }, path);

  expect(await call('info', {})).toMatchObject({ value: { library, platform: 'linux-x64' } });

  const files = [
    { name: 'loss.svg', text: '<svg/>' },
    { name: 'loss.csv', text: 'step,Σλ²\n' },
  ];
  await choose(join(root, 'figure.svg'));
  const saved = ['svg', 'csv'].map((extension) => join(root, `figure.${extension}`));
  expect(await call('saveFiles', { title: 'Save chart', files })).toEqual({ value: { saved } });
  expect(saved.map((path) => readFileSync(path, 'utf8'))).toEqual(files.map(({ text }) => text));

  // The sibling is there now, and was not what the dialog asked about.
  await app.evaluate(({ dialog }) => {
    dialog.showMessageBox = async () => ({ response: 1, checkboxChecked: false });
  });
  const others = files.map(({ name }) => ({ name, text: 'other' }));
  expect(await call('saveFiles', { title: 'Save chart', files: others })).toEqual({ value: null });
  expect(readFileSync(join(root, 'figure.csv'), 'utf8')).toBe('step,Σλ²\n');

  await choose('');
  expect(await call('chooseSavePath', { title: 'Save', name: 'a.safetensors' })).toEqual({ value: null });
  await choose(join(root, 'weights'));
  expect(await call('chooseSavePath', { title: 'Save', name: 'a.safetensors' })).toEqual({
    value: { path: join(root, 'weights.safetensors') },
  });

  expect(await call('copyText', { text: '1.2 × 10⁻³' })).toEqual({ value: {} });
  expect(await app.evaluate(({ clipboard }) => clipboard.readText())).toBe('1.2 × 10⁻³');

  const slash = { title: 'Save', files: [{ name: '../loss.svg', text: '' }] };
  expect(await call('saveFiles', slash)).toMatchObject({ error: { code: 'bad-input' } });
  expect(await call('openFile', {})).toMatchObject({ error: { code: 'bad-input' } });
});

test('a crashed host is started again and the page gets a new port', async () => {
  const { page } = running;
  const before = await page.evaluate(() => globalThis.counts.host);
  await page.evaluate(() => globalThis.ports.host.postMessage({ end: true }));
  await page.waitForFunction((count) => globalThis.counts.host > count, before);
  const node = await page.evaluate(
    () =>
      new Promise<string>((done) => {
        globalThis.ports.host.onmessage = (event) => done(event.data.node);
        globalThis.ports.host.postMessage({});
      }),
  );
  expect(node).toBe(process.versions.node);
});

test('a host that goes on crashing is started three times in a minute, then a person is asked', async () => {
  const { app, page } = running;
  // The test before this one used the first of the three.
  await app.evaluate(({ dialog }) => {
    dialog.showMessageBox = async (_window: unknown, options?: { message: string }) => {
      Object.assign(globalThis, { asked: options?.message });
      return { response: 0, checkboxChecked: false };
    };
  });
  const crash = async () => {
    const before = await page.evaluate(() => globalThis.counts.host);
    await page.evaluate(() => globalThis.ports.host.postMessage({ end: true }));
    await page.waitForFunction((count) => globalThis.counts.host > count, before);
  };
  const asked = () => app.evaluate(() => (globalThis as { asked?: string }).asked);
  await crash();
  await crash();
  expect(await asked()).toBeUndefined();
  // The answer is "Try again": the host comes back once more.
  await crash();
  expect(await asked()).toBe('The library cannot be opened');
});
