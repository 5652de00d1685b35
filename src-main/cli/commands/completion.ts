/** `basin completion`: what a shell needs to complete commands and options. */
import { Argument, type Command } from 'commander';
import { action, command } from '../command.ts';
import { bashCompletion, commandWords, fishCompletion, zshCompletion } from '../completionScripts.ts';

const scripts = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion };
type Shell = keyof typeof scripts;

export function completion(): Command {
  const self = command(
    'completion',
    'Print a completion script for a shell.',
    'completion bash > ~/.local/share/bash-completion/completions/basin',
    'completion zsh > ~/.zfunc/_basin',
    'completion fish > ~/.config/fish/completions/basin.fish',
  ).addArgument(new Argument('<shell>').choices(Object.keys(scripts)));
  return self.action(
    action<[Shell]>(async ({ output }, shell) => {
      const words = commandWords(self.parent ?? self);
      const script = scripts[shell](words);
      if (output.json) output.document({ shell, script });
      else output.print(script);
    }),
  );
}
