import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isAlive, thisOwner } from '#host/jobs/owner.ts';
import { newId } from '#host/store/ids.ts';

test('ids sort by time and differ within a second', () => {
  const time = fc.date({ min: new Date('2024-01-01'), max: new Date('2057-01-01'), noInvalidDate: true });
  const bytes = fc.uint8Array({ minLength: 6, maxLength: 6 });
  fc.assert(
    fc.property(time, time, bytes, bytes, (a, b, x, y) => {
      const [earlier, later] = a < b ? [a, b] : [b, a];
      const [first, second] = [newId(earlier, x), newId(later, y)];
      expect(first).toMatch(/^[0-9a-hjkmnp-tv-z]{12}$/);
      if (later.getTime() - earlier.getTime() >= 1000) expect(first < second).toBe(true);
      expect(newId(a, x) === newId(a, y)).toBe(x.every((byte, i) => byte % 32 === (y[i] ?? 0) % 32));
    }),
  );
});

test('a process is told from a later one with the same number', () => {
  const own = thisOwner('a');
  expect(isAlive(own)).toBe(true);
  expect(isAlive(null)).toBe(false);
  const changed = (change: object) => JSON.stringify({ ...JSON.parse(own), ...change });
  expect(isAlive(changed({ started: 'another boot/1' }))).toBe(false);
  expect(isAlive(changed({ pid: 2 ** 22 + 1 }))).toBe(false);
  // Another machine's processes cannot be seen from here: its runs are left alone.
  expect(isAlive(changed({ machine: 'elsewhere', pid: 2 ** 22 + 1 }))).toBe(true);
});
