/**
 * Bundles of the window: shell, preload and page. Targets are fixed by hand, because the newest official
 * Electron and the older one from the registry (Chromium 114, Node 18) run the same bundle.
 */
import { resolve } from 'node:path';
import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'electron-vite';

const root = import.meta.dirname;
const out = process.env.BASIN_OUT ?? resolve(root, 'out');

// CommonJS: the older Electron starts no ES module, and a sandboxed preload must be a script.
const bundle = (entry: string) => ({
  input: { index: resolve(root, entry) },
  output: { format: 'cjs' as const, entryFileNames: '[name].cjs' },
});

export default defineConfig({
  main: {
    build: {
      outDir: resolve(out, 'shell'),
      target: 'node18',
      // Packages of ES modules could not be required there either.
      externalizeDeps: false,
      sourcemap: true,
      rolldownOptions: bundle('src-main/shell/main.ts'),
    },
  },
  preload: {
    build: {
      outDir: resolve(out, 'preload'),
      target: 'node18',
      externalizeDeps: false,
      rolldownOptions: bundle('src-main/preload/main.ts'),
    },
  },
  renderer: {
    root: resolve(root, 'src-renderer'),
    plugins: [vue()],
    build: {
      outDir: resolve(out, 'page'),
      target: 'chrome114',
      emptyOutDir: true,
      chunkSizeWarningLimit: 3000,
      rolldownOptions: { input: resolve(root, 'src-renderer/index.html') },
    },
  },
});
