/** tfjs-node 4.22 calls two functions of `util` that Node 23 removed; load this before it. */
import util from 'node:util';

Object.assign(util, {
  isNullOrUndefined: (value: unknown): boolean => value === null || value === undefined,
  isArray: Array.isArray,
});
