/** Theme and the widths of the frame's parts. */
import { defineStore } from 'pinia';
import { computed, ref, watchEffect } from 'vue';
import { z } from 'zod';
import { theme } from '#contract/shell.ts';
import type { ThemeName } from '../charts/palette.ts';
import { useHost } from './host.ts';
import { remembered } from './remembered.ts';

const frame = z.object({
  rail: z.number(),
  inspector: z.number(),
  showRail: z.boolean(),
  showInspector: z.boolean(),
});

export const useAppearance = defineStore('appearance', () => {
  const choice = remembered('theme', theme, 'system' as const as z.infer<typeof theme>);
  const layout = remembered('frame', frame, {
    rail: 216,
    inspector: 288,
    showRail: true,
    showInspector: true,
  });
  const dark = window.matchMedia('(prefers-color-scheme: dark)');
  const systemDark = ref(dark.matches);
  dark.addEventListener('change', ({ matches }) => {
    systemDark.value = matches;
  });
  const name = computed<ThemeName>(() => {
    if (choice.value !== 'system') return choice.value;
    return systemDark.value ? 'dark' : 'light';
  });
  watchEffect(() => {
    document.documentElement.dataset.theme = name.value;
  });
  const host = useHost();
  // Native menus and dialogs follow the same choice.
  watchEffect(() => {
    void host.shell?.setTheme({ theme: choice.value }).catch(() => undefined);
  });

  function cycle(): void {
    const order = theme.options;
    choice.value = order[(order.indexOf(choice.value) + 1) % order.length] ?? 'system';
  }

  return { choice, name, layout, cycle };
});
