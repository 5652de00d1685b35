// Keeps the newest port of each kind, and counts them.
globalThis.ports = {};
globalThis.counts = { shell: 0, host: 0 };
addEventListener('message', (event) => {
  const name = event.data?.basin;
  if (!name) return;
  globalThis.ports[name] = event.ports[0];
  globalThis.counts[name] += 1;
});
globalThis.basin.ready();
