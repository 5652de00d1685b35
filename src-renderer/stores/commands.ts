/** Everything that can be done by name or key. Views add theirs while they are shown. */
import { defineStore } from 'pinia';
import { computed, onBeforeUnmount, ref, shallowRef } from 'vue';

export interface Command {
  readonly id: string;
  readonly title: string;
  readonly group: string;
  /** As `KeyboardEvent.key`, with `Mod+` for Ctrl or ⌘. */
  readonly keys?: string;
  readonly enabled?: () => boolean;
  run(): unknown;
}

export const useCommands = defineStore('commands', () => {
  const sets = shallowRef<readonly (readonly Command[])[]>([]);
  const paletteOpen = ref(false);
  const helpOpen = ref(false);
  /** Later sets stand first: a view's own key wins over the frame's. */
  const all = computed(() => [...sets.value].reverse().flat());

  function add(commands: readonly Command[]): () => void {
    sets.value = [...sets.value, commands];
    return () => {
      sets.value = sets.value.filter((set) => set !== commands);
    };
  }

  function run(id: string): boolean {
    const command = all.value.find((candidate) => candidate.id === id);
    if (!command || command.enabled?.() === false) return false;
    command.run();
    return true;
  }

  function onKey(event: KeyboardEvent): void {
    if (event.defaultPrevented || paletteOpen.value || helpOpen.value) return;
    const mod = event.ctrlKey || event.metaKey;
    if (event.altKey || (!mod && isEditing(event))) return;
    if (document.querySelector('[role="dialog"], [role="alertdialog"]')) return;
    const key = `${mod ? 'Mod+' : ''}${event.key.length === 1 ? event.key.toLowerCase() : event.key}`;
    const command = all.value.find(({ keys, enabled }) => keys === key && enabled?.() !== false);
    if (!command) return;
    event.preventDefault();
    command.run();
  }

  return { all, paletteOpen, helpOpen, add, run, onKey };
});

/** Adds commands for as long as the calling component lives. */
export function provideCommands(commands: readonly Command[]): void {
  onBeforeUnmount(useCommands().add(commands));
}

/** Whether the key belongs to what has the focus: text being typed, a button being pressed. */
function isEditing(event: KeyboardEvent): boolean {
  const { target } = event;
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target.matches('input:not([type="checkbox"]), select, textarea'))
    return true;
  const presses = event.key === ' ' || event.key === 'Enter';
  if (presses && target.closest('button, a, summary, input, [role="option"], [role="slider"]')) return true;
  return (
    event.key.startsWith('Arrow') &&
    target.closest('[role="slider"], [role="separator"], [role="img"]') !== null
  );
}

/** A key as the keyboard shows it. */
export function keyName(keys: string): string {
  const apple = navigator.userAgent.includes('Mac');
  const names: Readonly<Record<string, string>> = {
    ' ': 'Space',
    Enter: '↵',
    ArrowUp: '↑',
    ArrowDown: '↓',
    Escape: 'Esc',
  };
  const [last = '', ...rest] = keys.split('+').reverse();
  const name = names[last] ?? (last.length === 1 && rest.length > 0 ? last.toUpperCase() : last);
  return rest.length > 0 ? `${apple ? '⌘' : 'Ctrl '}${name}` : name;
}
