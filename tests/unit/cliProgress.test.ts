import { expect, test } from 'vitest';
import { progressLines, progressText, type RunProgress } from '../../src-main/cli/progress.ts';

const run: RunProgress = {
  ...{ id: 'r', name: 'digits', status: 'running', step: 50, steps: 200 },
  ...{ stepsPerSecond: 2.5, activity: null },
};

test('progress tells speed, time left and what goes on', () => {
  expect(progressText(run)).toBe('2.50 steps/s, 1 min left');
  expect(progressText({ ...run, activity: 'linear probe' })).toBe('2.50 steps/s, 1 min left, linear probe');
  expect(progressText({ ...run, stepsPerSecond: null })).toBe('starting');
  expect(progressText({ ...run, status: 'finished' })).toBe('finished');
});

test('without a terminal: a line when a status changes, else one every ten seconds', () => {
  const lines: string[] = [];
  let now = 0;
  const display = progressLines(
    (line) => lines.push(line),
    () => now,
  );
  display.show([{ ...run, status: 'queued' }]);
  expect(lines).toEqual([]);
  for (now = 0; now <= 25_000; now += 500) display.show([run]);
  expect(lines).toHaveLength(3);
  expect(lines[0]).toBe('digits: step 50/200 (25 %), 2.50 steps/s, 1 min left');
  display.show([{ ...run, status: 'finished', step: 200 }]);
  display.show([{ ...run, status: 'finished', step: 200 }]);
  expect(lines).toHaveLength(4);
  expect(lines[3]).toBe('digits: step 200/200 (100 %), finished');
});
