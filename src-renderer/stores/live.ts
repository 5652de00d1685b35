/** Carries the host's events to the stores, and starts everything over when a new host answers. */
import { connect } from '../bridge.ts';
import { useCatalog } from './catalog.ts';
import { useDetails } from './details.ts';
import { useGraphLab } from './graphLab.ts';
import { useHost } from './host.ts';
import { useNotices } from './notices.ts';
import { useRuns } from './runs.ts';
import { useSelection } from './selection.ts';

type MetricsListener = (run: string, series: readonly string[]) => void;
const metricsListeners = new Set<MetricsListener>();

/** Tells of points that have become durable; answers with the way to stop listening. */
export function onMetrics(listener: MetricsListener): () => void {
  metricsListeners.add(listener);
  return () => metricsListeners.delete(listener);
}

/** `command` carries out what the application menu asks for. */
export function startLive(command: (name: string) => void): void {
  const host = useHost();
  const runs = useRuns();
  const details = useDetails();
  const selection = useSelection();
  const catalog = useCatalog();
  const notices = useNotices();

  async function load(): Promise<void> {
    const api = host.api();
    const library = await api.library({});
    const before = host.library?.folder;
    host.library = library;
    if (before !== undefined && before !== library.folder) selection.select([]);
    await Promise.all([runs.load(library.folder), catalog.load()]);
    details.reload();
    [host.queue, host.machine] = await Promise.all([api.queue({}), api.machine({})]);
    host.connection = 'ready';
  }

  const connected = connect({
    onShell(shell) {
      host.shell = shell;
      void notices.attempt('Ask the window who it is', async () => {
        host.info = await shell.info({});
      });
    },
    onHost(api) {
      host.host = api;
      host.connection = 'connecting';
      void notices.attempt('Open the library', load);
    },
    onHostEvent(event) {
      switch (event.type) {
        case 'run': {
          const status = runs.rows.get(event.run.id)?.status;
          runs.changed(event.run);
          if (status !== event.run.status) details.touch(event.run.id);
          break;
        }
        case 'removed':
          runs.removed(event.run);
          selection.forget(event.run);
          details.forget(event.run);
          break;
        case 'progress':
          runs.progressed(event.run, event.progress);
          break;
        case 'metrics':
          for (const listener of metricsListeners) listener(event.run, event.series);
          break;
        case 'measurements':
        case 'checkpoint':
          details.touch(typeof event.run === 'string' ? event.run : '');
          break;
        case 'queue':
          host.queue = event.queue;
          break;
        case 'graph':
          useGraphLab().reached(event.stage);
          break;
      }
    },
    onShellEvent(event) {
      if (event.type === 'command') command(event.command);
      else {
        host.connection = 'lost';
        host.lostReason = event.reason;
      }
    },
  });
  if (!connected) host.connection = 'absent';

  setInterval(() => {
    if (host.connection !== 'ready' || document.hidden) return;
    void host.host?.machine({}).then(
      (machine) => {
        host.machine = machine;
      },
      () => undefined,
    );
  }, 2000);
}
