import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import {
  bashCompletion,
  commandWords,
  fishCompletion,
  zshCompletion,
} from '../../src-main/cli/completionScripts.ts';
import { basin } from '../../src-main/cli/program.ts';

const words = commandWords(basin());

/** What a real bash offers with the cursor behind `line`'s last word. */
function offered(line: readonly string[]): string[] {
  const program = `${bashCompletion(words)}
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _basin; printf '%s\\n' "\${COMPREPLY[@]}"`;
  return execFileSync('bash', ['-c', program, 'bash', ...line], { encoding: 'utf8' })
    .split('\n')
    .filter(Boolean);
}

test('bash completes commands, options and fixed words', () => {
  expect(offered(['basin', 'ru'])).toEqual(['run', 'runs']);
  expect(offered(['basin', 'run', '--s'])).toEqual(['--set', '--scale', '--seed']);
  expect(offered(['basin', 'completion', 'f'])).toEqual(['fish']);
  expect(offered(['basin', 'help', 'ver'])).toEqual(['verify']);
  expect(offered(['basin', ''])).toEqual(expect.arrayContaining(words.map(({ name }) => name)));
});

test('every command and option stands in every script', () => {
  for (const { name, options } of words) {
    expect(zshCompletion(words)).toContain(`'${name}:`);
    expect(fishCompletion(words)).toContain(`-a ${name} `);
    for (const { flag } of options) {
      expect(zshCompletion(words)).toContain(`*${flag}[`);
      expect(fishCompletion(words)).toContain(`-l ${flag.slice(2)} `);
    }
  }
});

test('every command has a summary, and help with an example of it', () => {
  for (const command of basin().commands) {
    let help = '';
    command.configureOutput({
      writeOut: (text) => {
        help += text;
      },
    });
    command.outputHelp();
    expect(command.summary()).toMatch(/./);
    expect(help).toContain(`$ basin ${command.name()}`);
  }
});
