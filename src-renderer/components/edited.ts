/** What a form's settings belong to: the experiment in Design, unless a view above provides something else. */
import { type InjectionKey, inject, provide } from 'vue';
import type { ComponentInfo, ComponentKind } from '#contract/component.ts';
import { useDesign } from '../stores/design.ts';

export interface Edited {
  choices(kind: ComponentKind): readonly ComponentInfo[];
  at(path: string): unknown;
  set(path: string, value: unknown): void;
  /** Values that a setting takes in turn; undefined for one of one value. */
  varied(path: string): readonly unknown[] | undefined;
  /** The settings with which `path` varies, joined by commas; undefined where it does not vary with others. */
  joint(path: string): string | undefined;
  vary(path: string, values: readonly unknown[] | null): void;
  errorAt(path: string): string | undefined;
}

const key: InjectionKey<Edited> = Symbol('edited');

export function provideEdited(edited: Edited): void {
  provide(key, edited);
}

export function useEdited(): Edited {
  return inject(key, useDesign, true);
}
