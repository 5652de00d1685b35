/** `basin doctor`: each part that Basin stands on, with a remedy for what is missing. */
import type { Command } from 'commander';
import { action, command } from '../command.ts';
import type { Check } from '../doctor/check.ts';
import { checkDisk, checkLibrary, checkSqlite } from '../doctor/storage.ts';
import { checkTensorFlow } from '../doctor/tensorflow.ts';
import { checkDisplay, checkElectron, hasDisplay } from '../doctor/window.ts';
import { exitCode } from '../failure.ts';
import type { Output } from '../output.ts';

const wantedNode = 24;

export function doctor(): Command {
  return command(
    'doctor',
    'Check Node, TensorFlow, SQLite, Electron, display, library folder and disk; creates nothing.',
    'doctor',
  ).action(
    action(async ({ library, output }) => {
      const [tensorflow, sqlite, electron] = await Promise.all([
        checkTensorFlow(),
        checkSqlite(),
        checkElectron(hasDisplay(process.env)),
      ]);
      const checks = [
        ...[checkNode(process.versions.node), tensorflow.check, sqlite.check, electron.check],
        ...[checkDisplay(process.env), await checkLibrary(library), checkDisk(library)],
      ];
      const ok = checks.every((check) => check.ok);
      if (output.json) {
        output.document({
          ok,
          node: process.versions.node,
          tensorflow: tensorflow.found?.tensorflow ?? null,
          tfjs: tensorflow.found?.tfjs ?? null,
          backend: tensorflow.found?.backend ?? null,
          devices: tensorflow.found?.devices ?? [],
          xla: tensorflow.found?.xla ?? false,
          electron: electron.found,
          sqlite: sqlite.version,
          library,
          checks,
        });
      } else for (const check of checks) output.print(checkLine(check, output));
      return ok ? exitCode.done : exitCode.failed;
    }),
  );
}

function checkNode(version: string): Check {
  if (Number.parseInt(version, 10) >= wantedNode) return { id: 'node', ok: true, detail: version };
  const detail = `${version}: ${wantedNode} or newer is needed. Start bin/basin, which brings its own.`;
  return { id: 'node', ok: false, detail };
}

function checkLine({ id, ok, detail, note }: Check, output: Output): string {
  const mark = note
    ? output.style('yellow', '·')
    : ok
      ? output.style('green', '✓')
      : output.style('red', '✗');
  return `${mark} ${id.padEnd(10)}  ${detail}`;
}
