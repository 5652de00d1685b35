/** What the shell decides without Electron: which library, where files go, what it remembers. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { libraryOf } from '../../src-main/shell/library.ts';
import { siblingPaths, writeWhole } from '../../src-main/shell/saveFiles.ts';
import { readSettings, writeSettings } from '../../src-main/shell/settings.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'basin-shell-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('the library folder', () => {
  const home = { HOME: '/home/ada' };
  test('is the one named by --library, in both spellings, relative to where the app was started', () => {
    expect(libraryOf(['electron', '--library', 'runs'], home, '/data')).toBe('/data/runs');
    expect(libraryOf(['electron', '--library=/runs'], home, '/data')).toBe('/runs');
  });
  test('else BASIN_LIBRARY, else the data folder; a relative XDG_DATA_HOME is ignored', () => {
    expect(libraryOf([], { BASIN_LIBRARY: '/a', XDG_DATA_HOME: '/b' }, '/')).toBe('/a');
    expect(libraryOf([], { BASIN_LIBRARY: '', XDG_DATA_HOME: '/b' }, '/')).toBe('/b/basin');
    expect(libraryOf([], { XDG_DATA_HOME: 'b' }, '/')).toMatch(/\.local\/share\/basin$/);
  });
});

describe('saved files', () => {
  test('stand beside the chosen one under its base name, each with its own extension', () => {
    const files = [
      { name: 'loss.svg', text: '' },
      { name: 'loss.csv', text: '' },
    ];
    expect(siblingPaths('/out/figure 1.b.svg', files)).toEqual([
      '/out/figure 1.b.svg',
      '/out/figure 1.b.csv',
    ]);
  });
  test('replace an older file as a whole', async () => {
    const path = join(folder, 'loss.csv');
    writeFileSync(path, 'old');
    await writeWhole(path, 'step,Σλ²\n');
    expect(readFileSync(path, 'utf8')).toBe('step,Σλ²\n');
    expect(readdirSync(folder)).toEqual(['loss.csv']);
  });
  test('that cannot be written say where, and leave nothing behind', async () => {
    const path = join(folder, 'missing', 'loss.csv');
    await expect(writeWhole(path, 'x')).rejects.toMatchObject({ code: 'disk', path });
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe('settings', () => {
  test('come back as they were written', () => {
    const file = join(folder, 'shell.json');
    const settings = {
      ...{ bounds: { x: 1, y: 2, width: 1300, height: 900 }, maximized: true },
      ...{ theme: 'dark' as const, saveFolder: '/out' },
    };
    writeSettings(file, settings);
    expect(readSettings(file)).toEqual(settings);
  });
  test('that are missing, broken or of another form are the defaults', () => {
    const file = join(folder, 'shell.json');
    const defaults = { maximized: false, theme: 'system' };
    expect(readSettings(file)).toEqual(defaults);
    for (const text of ['{"theme":', '{"theme":"pink"}', '[]']) {
      writeFileSync(file, text);
      expect(readSettings(file)).toEqual(defaults);
    }
  });
});
