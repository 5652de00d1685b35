/** Commands that hold in every view. */
import { router, views } from './router.ts';
import { useAppearance } from './stores/appearance.ts';
import { type Command, useCommands } from './stores/commands.ts';
import { useHost } from './stores/host.ts';
import { useNotices } from './stores/notices.ts';
import { can, useRunActions } from './stores/runActions.ts';
import { useRuns } from './stores/runs.ts';
import { useSelection } from './stores/selection.ts';

export function frameCommands(): Command[] {
  const appearance = useAppearance();
  const commands = useCommands();
  const host = useHost();
  const notices = useNotices();
  const actions = useRunActions();
  const runs = useRuns();
  const selection = useSelection();
  const hasRuns = () => selection.ids.length > 0;
  const step = (by: number) => selection.move(runs.matching ?? [], by);
  const focused = () => selection.selectedRows.filter(({ id }) => id === selection.focus);
  const acted = () => (focused().length > 0 ? focused() : selection.selectedRows);

  return [
    ...views.map(({ name, title }, index) => ({
      id: `view-${name}`,
      title: `Go to ${title}`,
      group: 'Views',
      keys: String(index + 1),
      run: () => router.push({ name }),
    })),
    {
      id: 'palette',
      title: 'Search or command',
      group: 'Window',
      keys: 'Mod+k',
      run: () => (commands.paletteOpen = true),
    },
    {
      id: 'help',
      title: 'Keyboard shortcuts',
      group: 'Window',
      keys: '?',
      run: () => (commands.helpOpen = true),
    },
    {
      id: 'toggle-rail',
      title: 'Show or hide the list of runs',
      group: 'Window',
      keys: '[',
      run: () => (appearance.layout.showRail = !appearance.layout.showRail),
    },
    {
      id: 'toggle-inspector',
      title: 'Show or hide the inspector',
      group: 'Window',
      keys: ']',
      run: () => (appearance.layout.showInspector = !appearance.layout.showInspector),
    },
    ...(['system', 'light', 'dark'] as const).map((theme) => ({
      id: `theme-${theme}`,
      title: theme === 'system' ? "Theme: the system's" : `Theme: ${theme}`,
      group: 'Window',
      run: () => (appearance.choice = theme),
    })),
    { id: 'theme', title: 'Theme: the next one', group: 'Window', run: appearance.cycle },
    {
      id: 'open-library',
      title: 'Open another library…',
      group: 'Library',
      run: () => notices.attempt('Open a library', () => host.shellApi().openLibrary({})),
    },
    {
      id: 'verify',
      title: 'Verify the library',
      group: 'Library',
      run: () =>
        notices.attempt('Verify the library', async () => {
          const { ok, runs: count, checkpoints, problems } = await host.api().verify({});
          if (!ok) throw new Error(problems.join('\n'));
          notices.done(`Verified: ${count} runs and ${checkpoints} checkpoints are whole.`);
        }),
    },
    { id: 'next-run', title: 'Next run', group: 'Runs', keys: 'j', run: () => step(1) },
    { id: 'previous-run', title: 'Previous run', group: 'Runs', keys: 'k', run: () => step(-1) },
    {
      id: 'pin',
      title: 'Pin or unpin the run in focus',
      group: 'Runs',
      keys: ' ',
      enabled: () => selection.focus !== null,
      run: () => selection.focus !== null && selection.toggle(selection.focus),
    },
    {
      id: 'unpin-all',
      title: 'Unpin all runs',
      group: 'Runs',
      enabled: () => selection.pinned.length > 0,
      run: selection.clear,
    },
    {
      id: 'pause',
      title: 'Pause or resume',
      group: 'Runs',
      keys: 'p',
      enabled: hasRuns,
      run: () => actions.pauseOrResume(acted()),
    },
    {
      id: 'resume',
      title: 'Resume',
      group: 'Runs',
      enabled: () => acted().some((row) => can('resume', row)),
      run: () => actions.each('resume', acted()),
    },
    {
      id: 'run-first',
      title: 'Run first of all that wait',
      group: 'Runs',
      enabled: () => acted().some(({ status }) => status === 'queued'),
      run: () => actions.runFirst(acted()),
    },
    {
      id: 'stop',
      title: 'Stop',
      group: 'Runs',
      enabled: () => acted().some((row) => can('stop', row)),
      run: () => actions.each('stop', acted()),
    },
    {
      id: 'checkpoint',
      title: 'Save a checkpoint now',
      group: 'Runs',
      enabled: () => acted().some((row) => can('checkpointNow', row)),
      run: () => actions.each('checkpointNow', acted()),
    },
    {
      id: 'rename',
      title: 'Rename run…',
      group: 'Runs',
      enabled: () => focused().length > 0,
      run: () => focused()[0] && actions.rename(focused()[0] as never),
    },
    {
      id: 'tags',
      title: 'Edit tags…',
      group: 'Runs',
      keys: 't',
      enabled: hasRuns,
      run: () => actions.editTags(acted()),
    },
    {
      id: 'delete',
      title: 'Delete…',
      group: 'Runs',
      keys: 'Delete',
      enabled: hasRuns,
      run: () => actions.remove(acted()),
    },
  ];
}
