/** Components by id, as a person types them. */
import type { ComponentKind } from '#contract/component.ts';
import { BasinError } from '#contract/error.ts';
import type { HostApi } from './host.ts';
import { nearest } from './suggest.ts';

/** @throws BasinError `bad-input`, with the id that was most likely meant */
export async function assertKnown(kind: ComponentKind, id: string, host: HostApi): Promise<void> {
  const known = (await host.components({ kind })).map((component) => component.id);
  if (known.includes(id)) return;
  const meant = nearest(id, known);
  const tryThis = meant ? `Did you mean ${meant}?` : `Take one of: ${known.join(', ')}.`;
  const what = `${kind[0]?.toUpperCase()}${kind.slice(1)} ${id}`;
  throw new BasinError('bad-input', `${what}: there is no such ${kind}. ${tryThis}`, kind);
}
