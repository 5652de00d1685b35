/** The process behind `basin`: arguments in, exit code out. */
import { main } from './program.ts';

// A reader that closes the pipe (`basin runs | head`) has seen enough; that is no failure.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit();
    throw error;
  });
}

await main(process.argv.slice(2));
