/** What a person does to runs; failures stay on the screen, under the name of the action. */
import { defineStore } from 'pinia';
import type { RunSummary } from '#contract/host.ts';
import { useDialogs } from './dialogs.ts';
import { useHost } from './host.ts';
import { useNotices } from './notices.ts';
import { useRuns } from './runs.ts';
import { useSelection } from './selection.ts';

type Verb = 'pause' | 'resume' | 'stop' | 'checkpointNow';
const titles: Readonly<Record<Verb, string>> = {
  pause: 'Pause',
  resume: 'Resume',
  stop: 'Stop',
  checkpointNow: 'Save a checkpoint of',
};

export function can(verb: Verb | 'remove', { status }: Pick<RunSummary, 'status'>): boolean {
  switch (verb) {
    case 'pause':
    case 'checkpointNow':
      return status === 'running';
    case 'resume':
      return status === 'paused' || status === 'interrupted' || status === 'stopped' || status === 'failed';
    case 'stop':
      return status === 'running' || status === 'queued' || status === 'paused';
    case 'remove':
      return status !== 'running';
  }
}

export const useRunActions = defineStore('runActions', () => {
  const host = useHost();
  const runs = useRuns();
  const selection = useSelection();
  const dialogs = useDialogs();
  const notices = useNotices();

  async function each(verb: Verb, rows: readonly RunSummary[]): Promise<void> {
    for (const row of rows.filter((candidate) => can(verb, candidate))) {
      await notices.attempt(`${titles[verb]} ${row.name}`, async () => {
        runs.changed(await host.api()[verb]({ run: row.id }));
      });
    }
  }

  /** Pauses what runs, else resumes what can go on. */
  function pauseOrResume(rows: readonly RunSummary[]): Promise<void> {
    return each(rows.some((row) => can('pause', row)) ? 'pause' : 'resume', rows);
  }

  /** Ahead of all that wait; among several, in their present order. */
  async function runFirst(rows: readonly RunSummary[]): Promise<void> {
    const waiting = [...runs.rows.values()].filter(({ status }) => status === 'queued');
    const priority = Math.max(0, ...waiting.map((row) => row.priority)) + 1;
    for (const row of rows.filter(({ status }) => status === 'queued')) {
      await notices.attempt(`Run ${row.name} first`, async () => {
        runs.changed(await host.api().setPriority({ run: row.id, priority }));
      });
    }
  }

  async function rename(row: RunSummary): Promise<void> {
    const name = (await dialogs.prompt('Rename run', 'Name', row.name, 'Rename'))?.trim();
    if (!name || name === row.name) return;
    await notices.attempt(`Rename ${row.name}`, async () => {
      runs.changed(await host.api().rename({ run: row.id, name }));
    });
  }

  async function editTags(rows: readonly RunSummary[]): Promise<void> {
    const [first] = rows;
    if (!first) return;
    const text = await dialogs.prompt(
      rows.length === 1 ? `Tags of ${first.name}` : `Tags of ${rows.length} runs`,
      'Tags, separated by commas',
      first.tags.join(', '),
      'Save tags',
      rows.length === 1 ? '' : 'These replace the tags of all of them.',
    );
    if (text === null) return;
    const tags = [...new Set(text.split(',').map((tag) => tag.trim()))].filter((tag) => tag !== '');
    for (const row of rows) {
      await notices.attempt(`Tag ${row.name}`, async () => {
        runs.changed(await host.api().tag({ run: row.id, tags }));
      });
    }
  }

  async function remove(rows: readonly RunSummary[]): Promise<void> {
    const removable = rows.filter((row) => can('remove', row));
    const [first] = removable;
    if (!first) {
      if (rows.length > 0)
        notices.error('Delete', new Error('A run that is running cannot be deleted. Stop it first.'));
      return;
    }
    const names = removable.slice(0, 8).map(({ name }) => name);
    const more = removable.length > 8 ? `\nand ${removable.length - 8} more` : '';
    const left = rows.length - removable.length;
    const sure = await dialogs.confirm(
      removable.length === 1 ? 'Delete this run?' : `Delete ${removable.length} runs?`,
      `${names.join('\n')}${more}\n\nCurves, measurements and checkpoints are deleted for good.${left > 0 ? ` ${left} still running: kept.` : ''}`,
      removable.length === 1 ? 'Delete run' : `Delete ${removable.length} runs`,
    );
    if (!sure) return;
    for (const row of removable) {
      await notices.attempt(`Delete ${row.name}`, async () => {
        await host.api().remove({ run: row.id });
        runs.removed(row.id);
        selection.forget(row.id);
      });
    }
  }

  return { each, pauseOrResume, runFirst, rename, editTags, remove };
});
