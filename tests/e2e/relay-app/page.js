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

let calls = 0;
/** Calls a method of the shell as birpc words it. */
globalThis.callShell = (method, input) =>
  new Promise((done) => {
    const i = String(++calls);
    const { shell } = globalThis.ports;
    shell.addEventListener('message', function answer({ data }) {
      if (data.i !== i) return;
      shell.removeEventListener('message', answer);
      done(data.r);
    });
    shell.start();
    shell.postMessage({ t: 'q', m: 'call', a: [method, input], i });
  });
