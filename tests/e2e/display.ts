/** A virtual display for the windows of these tests, so that none appears on a person's desktop. */
import { spawn, spawnSync } from 'node:child_process';

/** Wide enough for the window at its largest tested size. */
const screen = '2560x1440x24';

export default async function startDisplay(): Promise<() => void> {
  if (spawnSync('Xvfb', ['-help']).error) {
    if (process.env.DISPLAY) return () => {};
    throw new Error('Display: Xvfb is not installed. Install it: apt-get install xvfb');
  }
  const xvfb = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', screen, '-nolisten', 'tcp'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  });
  const number = await new Promise<string>((done, fail) => {
    xvfb.stdio[3]?.once('data', (data: Buffer) => done(String(data).trim()));
    xvfb.once('exit', (code) => fail(new Error(`Display: Xvfb ended with ${code}.`)));
  });
  process.env.DISPLAY = `:${number}`;
  delete process.env.WAYLAND_DISPLAY;
  return () => void xvfb.kill();
}
