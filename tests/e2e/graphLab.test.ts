/** The Graph lab in the real window: a knob is turned, and the spectrum follows. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launch, type RunningApp } from './launch.ts';

/** A graph's computing, on a busy machine. */
const patience = { timeout: 30_000 };

let running: RunningApp;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'basin-figures-'));
  running = await launch();
});
afterAll(async () => {
  await running?.close();
  rmSync(folder, { recursive: true, force: true });
});

const fact = async (name: string) => {
  const facts = running.page.getByTestId('graph-facts');
  return facts.locator(`dt:text-is("${name}") + dd`).textContent();
};

test('opens on a graph, its spectrum known in closed form', { timeout: 60_000 }, async () => {
  const { page } = running;
  await page.getByTestId('nav-graph').click();
  await page.getByTestId('graph-facts').waitFor();
  await page.getByTestId('graph-by-eigenvector').selectOption('1');
  // 1 − α r / (r − 1) with α = 0.02 and r = 4.
  await expect
    .poll(() => page.getByTestId('spectrum-readout').textContent(), patience)
    .toContain('λ 0.97333333');
  const picture = page.getByTestId('graph-picture');
  expect(await picture.getAttribute('aria-label')).toBe('Graph: 240 vertices and 3000 edges drawn');
  await picture.locator('svg path').first().waitFor({ state: 'attached' });
});

test('a knob changes the spectrum and the cuts', { timeout: 60_000 }, async () => {
  const { page } = running;
  expect(await fact('Conductance of clusters')).toBe('0.0200');
  const alpha = page.getByTestId('form-field-data.betweenClusters').locator('input.input');
  await alpha.fill('0.09');
  await expect.poll(() => fact('Conductance of clusters'), patience).toBe('0.0900');
  expect(await page.getByTestId('spectrum-readout').textContent()).toContain('λ 0.88');
});

test('a wrong setting is told beside its field, and the last picture stays', {
  timeout: 60_000,
}, async () => {
  const { page } = running;
  const classes = page.getByTestId('form-field-data.classes').locator('input.input');
  await classes.fill('9');
  await page.getByTestId('form-error-data.classes').waitFor();
  expect(await fact('Conductance of clusters')).toBe('0.0900');
  await classes.fill('4');
  await page.getByTestId('form-error-data.classes').waitFor({ state: 'detached' });
});

test('keys walk through vertices and eigenvalues', { timeout: 60_000 }, async () => {
  const { page } = running;
  await page.getByTestId('graph-picture').focus();
  await page.keyboard.press('ArrowRight');
  await expect
    .poll(() => page.getByTestId('graph-vertex').textContent(), patience)
    .toContain('vertex 0 · class 0');
  await page.getByTestId('graph-spectrum').focus();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Enter');
  expect(await page.getByTestId('graph-by-eigenvector').inputValue()).toBe('2');
});

test('each chart is saved as SVG, with its numbers as CSV', { timeout: 60_000 }, async () => {
  const { app, page } = running;
  for (const [id, rows] of [
    ['graph', 240 + 3000],
    ['graph-spectrum', 24],
    ['graph-hop', 2],
    ['graph-diffusion', 2],
  ] as const) {
    await app.evaluate(
      ({ dialog }, filePath) => {
        dialog.showSaveDialog = async () => ({ canceled: false, filePath });
      },
      join(folder, `${id}.svg`),
    );
    await page.getByTestId(`export-${id}`).click();
    await expect.poll(() => existsSync(join(folder, `${id}.csv`)), patience).toBe(true);
    const lines = readFileSync(join(folder, `${id}.csv`), 'utf8')
      .trim()
      .split('\r\n');
    expect(lines).toHaveLength(1 + rows);
    const svg = readFileSync(join(folder, `${id}.svg`), 'utf8');
    const wellFormed = await page.evaluate(
      (text) => new DOMParser().parseFromString(text, 'image/svg+xml').querySelector('parsererror') === null,
      svg,
    );
    expect(wellFormed).toBe(true);
  }
  // By the key of the chart that has the focus.
  await app.evaluate(
    ({ dialog }, filePath) => {
      dialog.showSaveDialog = async () => ({ canceled: false, filePath });
    },
    join(folder, 'focused.svg'),
  );
  await page.getByTestId('graph-spectrum').focus();
  await page.keyboard.press('e');
  await expect.poll(() => existsSync(join(folder, 'focused.csv')), patience).toBe(true);
  expect(readFileSync(join(folder, 'focused.csv'), 'utf8')).toBe(
    readFileSync(join(folder, 'graph-spectrum.csv'), 'utf8'),
  );
});

test('the graph becomes the data of an experiment', { timeout: 60_000 }, async () => {
  const { page } = running;
  await page.getByTestId('graph-use').click();
  await page.waitForURL(/#\/design/);
  const dataset = page.getByTestId('form-field-data.id').locator('select');
  expect(await dataset.inputValue()).toBe('hierarchical-clusters');
  const alpha = page.getByTestId('form-field-data.betweenClusters').locator('input.input');
  expect(await alpha.inputValue()).toBe('0.09');
  // What the host would start, and the graph that it would train on.
  await page.getByTestId('run-total').waitFor();
  await page.getByTestId('preview').getByTestId('graph-picture').waitFor();
});

test('nothing went wrong on the way', () => {
  expect(running.errors).toEqual([]);
});
