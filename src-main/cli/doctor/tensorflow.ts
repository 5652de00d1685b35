/** TensorFlow, looked at from a child process: a crash in native code is then a finding, not an end. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { packageRoot } from '../packageRoot.ts';
import type { Check } from './check.ts';

const description = z.object({
  tensorflow: z.string(),
  tfjs: z.string(),
  backend: z.string(),
  devices: z.array(z.object({ name: z.string(), kind: z.string(), memory: z.number().optional() })),
  xla: z.boolean(),
});
export type TensorFlow = z.infer<typeof description>;

const remedy = 'Run npm run setup; if it stays so, delete the cache folder (BASIN_CACHE) and run it again.';
const timeLimit = 60_000;

export async function checkTensorFlow(): Promise<{ check: Check; found: TensorFlow | null }> {
  const { stdout, stderr, end } = await describe();
  if (end === null) {
    const found = description.parse(JSON.parse(stdout));
    const devices = found.devices.map(({ name }) => name).join(', ');
    return { check: { id: 'tensorflow', ok: true, detail: `${found.tensorflow} on ${devices}` }, found };
  }
  const said = stderr
    .trim()
    .split('\n')
    .find((line) => /error/i.test(line));
  const why = said === undefined ? end : `${end}: ${said.trim()}`;
  return {
    check: { id: 'tensorflow', ok: false, detail: `TensorFlow does not load: ${why}. ${remedy}` },
    found: null,
  };
}

interface Described {
  readonly stdout: string;
  readonly stderr: string;
  /** How it failed, or null. */
  readonly end: string | null;
}

function describe(): Promise<Described> {
  return new Promise((done) => {
    const child = spawn(process.execPath, [script()], {
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: timeLimit,
    });
    let [stdout, stderr] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.on('error', (error) => done({ stdout, stderr, end: error.message }));
    child.on('close', (code, signal) => {
      const end =
        signal !== null ? `the process ended by ${signal}` : code === 0 ? null : `exit code ${code}`;
      done({ stdout, stderr, end });
    });
  });
}

/** Built beside the worker where it is; else Node runs the source. */
function script(): string {
  const built = fileURLToPath(new URL('out/worker/describe.js', packageRoot));
  const source = fileURLToPath(new URL('src-main/worker/describe.ts', packageRoot));
  return import.meta.url.endsWith('.ts') || !existsSync(built) ? source : built;
}
