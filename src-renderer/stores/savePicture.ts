/** Asks where a picture is to lie, and writes it as SVG with its data as CSV beside it. */
import { useHost } from './host.ts';
import { useNotices } from './notices.ts';

export interface Picture {
  readonly svg: string;
  readonly csv: string;
}

export function useSavePicture() {
  const host = useHost();
  const notices = useNotices();

  /** `name` is the base of the files' names; what `make` throws is told. */
  return async (title: string, name: string, make: () => Picture | Promise<Picture>): Promise<void> => {
    const what = title.toLowerCase();
    await notices.attempt(`Export ${what}`, async () => {
      const { svg, csv } = await make();
      const saved = await host.shellApi().saveFiles({
        title: `Save ${what}`,
        files: [
          { name: `${name}.svg`, text: svg },
          { name: `${name}.csv`, text: csv },
        ],
      });
      if (saved) notices.done(`Saved ${saved.saved.join(' and ')}.`, saved.saved[0]);
    });
  };
}
