/**
 * What a person does, in the real window: designs a contrastive and an MLM run, watches them train, pauses
 * and resumes, compares two checkpoints, saves a figure. What the screen says is checked against the store.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { hostMethods, type RunDetail } from '#contract/host.ts';
import { client, serve } from '#contract/rpc.ts';
import { openHost } from '#host/host.ts';
import { launch, type RunningApp } from './launch.ts';

/** A run of a few dozen steps, with a model's building, measuring and saving, on a busy machine. */
const runTime = 240_000;

let running: RunningApp;
let figures: string;
beforeAll(async () => {
  running = await launch();
  figures = mkdtempSync(join(tmpdir(), 'basin-figures-'));
});
afterAll(async () => {
  await running?.close();
  rmSync(figures, { recursive: true, force: true });
});

/** The library as another host sees it, beside the window's own. */
async function stored<T>(
  ask: (api: ReturnType<typeof client<typeof hostMethods>>) => Promise<T>,
): Promise<T> {
  const host = await openHost({ folder: running.library, takesRuns: false });
  try {
    return await ask(client(hostMethods, serve(hostMethods, host.api)));
  } finally {
    await host.close();
  }
}

async function storedRun(study: string): Promise<RunDetail> {
  return stored(async (api) => {
    const [row] = await api.runs({ filter: `study:${study}` });
    return api.run({ run: row?.id ?? `no run of ${study}` });
  });
}

async function design(page: Page, preset: string, settings: Readonly<Record<string, string>>): Promise<void> {
  await page.getByTestId('nav-design').click();
  await page.getByTestId(`preset-${preset}`).click();
  for (const [path, value] of Object.entries(settings)) {
    await page.getByTestId(`form-field-${path}`).locator('input.input').fill(value);
  }
}

async function start(page: Page): Promise<string> {
  const button = page.getByTestId('start-button');
  await page.waitForFunction(() => {
    const found = document.querySelector<HTMLButtonElement>('[data-testid="start-button"]');
    return found !== null && !found.disabled;
  });
  const said = (await button.textContent()) ?? '';
  await button.click();
  await page.waitForURL(/#\/live/);
  return said.trim();
}

async function waitForStatus(page: Page, study: string, status: string): Promise<RunDetail> {
  const { id } = await storedRun(study);
  await page
    .locator(`[data-testid="run-header"][data-run="${id}"] [data-testid="run-status"]`, { hasText: status })
    .waitFor({ timeout: runTime });
  return storedRun(study);
}

test('a contrastive run on MNIST is designed, trains, and shows its loss, accuracy and flatness', {
  timeout: runTime + 60_000,
}, async () => {
  const { page } = running;
  await design(page, 'contrastive-digits', {
    'data.trainCount': '2000',
    steps: '60',
    batchSize: '64',
    'probes.0.every': '30',
    'probes.1.every': '60',
    'flatness.every': '30',
    checkpointEvery: '30',
  });
  // The digits themselves, and views of them.
  await page.getByTestId('preview').locator('canvas').first().waitFor();
  expect(await start(page)).toMatch(/^Start 1 run/);
  const run = await waitForStatus(page, 'contrastive', 'finished');

  expect(run.step).toBe(60);
  expect(run.metrics['accuracy/linear']).toBeGreaterThan(0.8);
  expect(run.measurements.filter(({ name }) => name === 'flatness/trace').length).toBe(2);
  for (const group of ['loss', 'accuracy', 'flatness']) {
    const curves = page.getByTestId(`chart-${group}`).locator('svg path[stroke]');
    await curves.first().waitFor({ state: 'attached' });
  }
  await expect.poll(() => page.getByTestId('run-step').first().textContent()).toContain('60');
});

test('a wrong setting is told beside its field, and nothing starts', { timeout: 60_000 }, async () => {
  const { page } = running;
  await design(page, 'mlm-pcfg', { steps: 'many' });
  await page.getByTestId('form-error-steps').waitFor();
  expect(await page.getByTestId('start-button').isDisabled()).toBe(true);
  await page.getByTestId('form-field-steps').locator('input.input').fill('0');
  await page.getByTestId('form-error-steps').waitFor();
  expect((await stored((api) => api.runs({}))).length).toBe(1);
});

test('an MLM run pauses, resumes, and ends above the exact entropy floor', {
  timeout: 2 * runTime,
}, async () => {
  const { page } = running;
  await design(page, 'mlm-pcfg', {
    steps: '90',
    batchSize: '32',
    'encoder.layers': '2',
    'encoder.width': '32',
    'evaluations.0.every': '30',
    'probes.0.every': '90',
    'flatness.every': '45',
    checkpointEvery: '30',
  });
  await page
    .getByTestId('preview')
    .getByText(/^w\d+$/)
    .first()
    .waitFor();
  await start(page);
  const header = page.locator('[data-testid="run-header"]', { hasText: 'PCFG' });
  await header
    .getByTestId('run-step')
    .filter({ hasText: /^[1-9]/ })
    .waitFor({ timeout: runTime });
  await header.getByTestId('pause-button').click();
  const paused = await waitForStatus(page, 'mlm', 'paused');
  expect(paused.checkpoint).not.toBeNull();
  await header.getByTestId('resume-button').click();
  const run = await waitForStatus(page, 'mlm', 'finished');

  expect(run.step).toBe(90);
  const { 'loss/floor': floor, 'loss/exact': exact, 'loss/excess': excess } = run.metrics;
  expect(floor).toBeGreaterThan(1);
  expect(excess).toBeCloseTo((exact ?? 0) - (floor ?? 0), 10);
  // One point a step, whatever was logged twice around the pause.
  const [loss] = await stored((api) => api.series({ run: run.id, names: ['loss'] }));
  const steps = [...(loss?.step ?? [])];
  expect(steps).toEqual([...new Set(steps)].sort((a, b) => a - b));
  expect(steps.at(-1)).toBe(90);
  await page.getByTestId('chart-excess').waitFor();
});

test('two checkpoints of a run stand side by side with the numbers of the store', {
  timeout: 60_000,
}, async () => {
  const { page } = running;
  const run = await storedRun('mlm');
  const [first, last] = [run.checkpoints[0], run.checkpoints.at(-1)];
  await page.getByTestId('nav-library').click();
  await page.getByTestId('run-row').filter({ hasText: 'PCFG' }).first().click();
  await page.getByTestId('nav-live').click();
  for (const step of [first?.step, last?.step]) {
    await page
      .getByTestId('checkpoint')
      .filter({ hasText: new RegExp(`\\b${step}\\b`) })
      .first()
      .click();
  }
  await page.getByTestId('nav-compare').click();
  await page.waitForFunction(() => document.querySelectorAll('[data-testid="compare-column"]').length === 2);

  const compared = await stored((api) => api.compare({ checkpoints: [first?.id ?? '', last?.id ?? ''] }));
  expect(compared.checkpoints.every(({ step, metrics }) => step > 0 && Number.isFinite(metrics.loss))).toBe(
    true,
  );
  const table = page.getByTestId('comparison');
  for (const { metrics } of compared.checkpoints) {
    // The cell's title holds the exact value.
    await table
      .locator(`button[title*="${String(metrics.loss).replace('-', '−')}"]`)
      .first()
      .waitFor();
  }
});

test('a chart is saved as SVG, with its data as CSV equal to the store', { timeout: 60_000 }, async () => {
  const { app, page } = running;
  await page.getByTestId('nav-live').click();
  await app.evaluate(
    ({ dialog }, filePath) => {
      dialog.showSaveDialog = async () => ({ canceled: false, filePath });
    },
    join(figures, 'loss.svg'),
  );
  await page.getByTestId('export-loss').click();
  await expect.poll(() => readFileOrNull(join(figures, 'loss.csv'))).not.toBeNull();

  const svg = readFileSync(join(figures, 'loss.svg'), 'utf8');
  expect(svg).toMatch(/^(<\?xml.*\?>\s*)?<svg[^>]*xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
  const wellFormed = await page.evaluate(
    (text) => new DOMParser().parseFromString(text, 'image/svg+xml').querySelector('parsererror') === null,
    svg,
  );
  expect(wellFormed).toBe(true);

  const [header, ...rows] = readFileSync(join(figures, 'loss.csv'), 'utf8').trim().split('\r\n');
  expect(header).toBe('run,series,step,value,stderr');
  const run = await storedRun('mlm');
  const [loss] = await stored((api) => api.series({ run: run.id, names: ['loss'] }));
  const saved = rows
    .map((row) => row.split(','))
    .filter(([name, series]) => name === run.name && series === 'loss');
  expect(saved.map(([, , step, value]) => [Number(step), Number(value)])).toEqual(
    Array.from(loss?.step ?? [], (step, i) => [step, loss?.value[i]]),
  );
});

test('nothing went wrong on the way', async () => {
  expect(running.errors).toEqual([]);
  expect(await stored((api) => api.verify({}))).toMatchObject({ ok: true, problems: [] });
});

function readFileOrNull(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
