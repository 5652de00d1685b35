/** The process behind `basin`: arguments in, exit code out. */
import { enableCompileCache } from 'node:module';
import { join } from 'node:path';
import { cacheFolder } from '#engine/cacheFolder.ts';

// A reader that closes the pipe (`basin runs | head`) has seen enough; that is no failure.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit();
    throw error;
  });
}

// Compiled code is kept between calls: most commands take less time than compiling them does.
enableCompileCache(join(cacheFolder, 'compiled'));
const { main } = await import('./program.ts');
await main(process.argv.slice(2));
