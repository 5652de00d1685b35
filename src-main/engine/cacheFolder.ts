/** What is kept between runs because it can be made again: graphs, compiled code, what was measured of the machine. */
import { homedir } from 'node:os';
import { join } from 'node:path';

const { BASIN_CACHE, XDG_CACHE_HOME } = process.env;

/** The folder in which set-up keeps TensorFlow's libraries, too. */
export const cacheFolder = BASIN_CACHE || join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'basin');
