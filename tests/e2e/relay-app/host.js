// A host that answers every message with what it understood of it; `end` makes it crash.
process.on('message', (message) => {
  if (message.end) process.kill(process.pid, 'SIGSEGV');
  const types = Object.fromEntries(
    Object.entries(message).map(([name, value]) => [name, value?.constructor?.name ?? String(value)]),
  );
  process.send({
    types,
    sums: { float64: message.float64?.reduce((a, b) => a + b, 0) },
    echo: message,
    node: process.versions.node,
    arguments: process.argv.slice(2),
    leaked: Object.keys(process.env).filter((name) => name.startsWith('ELECTRON_')),
  });
});
process.on('disconnect', () => process.exit(0));
