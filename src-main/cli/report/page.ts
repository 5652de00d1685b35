/** A report as one HTML page that needs nothing beside itself. */
import type { Report, ReportTable } from '#contract/report.ts';
import { readableTable } from '#figures/reportCells.ts';
import { numerals } from '../reportText.ts';

export interface PageChart {
  readonly title: string;
  readonly svg: string;
}

export interface PageFacts {
  readonly experiment: string;
  readonly createdAt: string;
  /** What made the numbers, as name and value. */
  readonly provenance: readonly (readonly [name: string, value: string])[];
  readonly spec: unknown;
}

export function reportPage(report: Report, charts: readonly PageChart[], facts: PageFacts): string {
  const held = { held: 'yes', 'not held': 'no', 'not tested': 'open' }[report.verdict];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(report.title)}</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>${escaped(report.title)}</h1>
<p class="claim">${escaped(report.claim)}</p>
<p class="verdict ${held}">${escaped(report.verdict)}</p>
<ul>${report.statements.map((statement) => `<li>${escaped(statement)}</li>`).join('\n')}</ul>
${charts.map(({ title, svg }) => `<figure><figcaption>${escaped(title)}</figcaption>${svg}</figure>`).join('\n')}
${report.tables.map(tableHtml).join('\n')}
<h2>Where the numbers come from</h2>
<dl>${factsOf(facts)
    .map(([name, value]) => `<dt>${escaped(name)}</dt><dd>${escaped(value)}</dd>`)
    .join('\n')}</dl>
<details><summary>Spec</summary><pre>${escaped(JSON.stringify(facts.spec, null, 2))}</pre></details>
</main>
</body>
</html>
`;
}

function factsOf({ experiment, createdAt, provenance }: PageFacts): (readonly [string, string])[] {
  return [['experiment', experiment], ['created', createdAt], ...provenance];
}

function tableHtml(table: ReportTable): string {
  const { title, columns, rows } = readableTable(table, numerals);
  const head = columns.map(({ title: name, unit }) => {
    const shown = unit === undefined ? name : `${name} (${unit})`;
    return `<th scope="col">${escaped(shown)}</th>`;
  });
  const body = rows.map((row) => {
    const cells = row.map(({ text, exact }) => {
      const full = exact === '' ? '' : ` class="number" title="${exact}"`;
      return `<td${full}>${escaped(text)}</td>`;
    });
    return `<tr>${cells.join('')}</tr>`;
  });
  return `<h2>${escaped(title)}</h2>
<div class="scroll"><table><thead><tr>${head.join('')}</tr></thead><tbody>${body.join('\n')}</tbody></table></div>`;
}

export function escaped(text: string): string {
  const entities: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
  };
  return text.replaceAll(/[&<>"]/g, (character) => entities[character] ?? character);
}

const style = `
:root { color-scheme: light; --ink: #23272e; --faint: #5c636e; --line: #d9dde3; }
body { margin: 0; background: #fff; color: var(--ink); font: 16px/1.5 Inter, system-ui, sans-serif; }
main { max-width: 800px; margin: 0 auto; padding: 2.5rem 1.25rem 4rem; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 .5rem; }
h2 { font-size: 1.05rem; margin: 2rem 0 .5rem; }
.claim { font-size: 1.1rem; color: var(--faint); margin: 0 0 1rem; }
.verdict { display: inline-block; margin: 0 0 .5rem; padding: .1rem .7rem; border: 1px solid; border-radius: 1rem; font-weight: 600; }
.verdict.yes { color: #00694a; } .verdict.no { color: #a33b00; } .verdict.open { color: #5c636e; }
ul { padding-left: 1.2rem; }
figure { margin: 1.5rem 0; } figure svg { max-width: 100%; height: auto; }
figcaption { font-weight: 600; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: .3rem .9rem .3rem 0; text-align: left; border-bottom: 1px solid var(--line); vertical-align: bottom; }
td { white-space: nowrap; }
td.number { text-align: right; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1rem; margin: 0; }
dt { color: var(--faint); } dd { margin: 0; overflow-wrap: anywhere; }
pre { overflow-x: auto; font-size: .8rem; }
`;
