/** Completion scripts of three shells, from the command tree. */
import type { Command, Option } from 'commander';

export interface CommandWords {
  readonly name: string;
  readonly summary: string;
  readonly options: readonly {
    readonly flag: string;
    readonly summary: string;
    readonly takesValue: boolean;
  }[];
  /** Fixed words that its arguments may be. */
  readonly words: readonly string[];
}

export function commandWords(root: Command): CommandWords[] {
  const shared = root.options.filter((option) => option.long !== '--version');
  return root.commands.map((each) => ({
    name: each.name(),
    summary: each.summary(),
    options: [...each.options, ...shared].map(optionWords),
    words: each.registeredArguments.flatMap((argument) => argument.argChoices ?? []),
  }));
}

function optionWords({
  long,
  short,
  description,
  required,
  optional,
}: Option): CommandWords['options'][number] {
  return { flag: long ?? short ?? '', summary: description, takesValue: required || optional };
}

export function bashCompletion(commands: readonly CommandWords[]): string {
  const cases = commands.map(
    ({ name, options, words }) =>
      `    ${name}) words='${[...words, ...options.map(({ flag }) => flag), '--help'].join(' ')}' ;;`,
  );
  return `# bash completion of basin
_basin() {
  local current=\${COMP_WORDS[COMP_CWORD]} words=
  if [ "$COMP_CWORD" -eq 1 ]; then
    words='${[...commands.map(({ name }) => name), 'help', '--help', '--version'].join(' ')}'
  else case \${COMP_WORDS[1]} in
${cases.join('\n')}
    help) words='${commands.map(({ name }) => name).join(' ')}' ;;
  esac; fi
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _basin basin`;
}

export function zshCompletion(commands: readonly CommandWords[]): string {
  const names = commands.map(({ name, summary }) => `    ${quoted(`${name}:${summary}`)}`);
  const cases = commands.map(({ name, options, words }) => {
    const specs = options.map(({ flag, summary, takesValue }) =>
      quoted(`*${flag}[${bracketed(summary)}]${takesValue ? ':value:_files' : ''}`),
    );
    const rest = words.length > 0 ? quoted(`*:word:(${words.join(' ')})`) : quoted('*:argument:_files');
    return `    ${name}) _arguments ${[...specs, rest].join(' ')} ;;`;
  });
  return `#compdef basin
_basin() {
  local -a commands=(
${names.join('\n')}
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  local command=$words[2]
  shift words
  (( CURRENT-- ))
  case $command in
${cases.join('\n')}
  esac
}
_basin "$@"`;
}

export function fishCompletion(commands: readonly CommandWords[]): string {
  const lines = commands.flatMap(({ name, summary, options, words }) => [
    `complete -c basin -n __fish_use_subcommand -f -a ${name} -d ${quoted(summary)}`,
    ...words.map((word) => `complete -c basin -n '__fish_seen_subcommand_from ${name}' -f -a ${word}`),
    ...options.map(
      ({ flag, summary: help, takesValue }) =>
        `complete -c basin -n '__fish_seen_subcommand_from ${name}' -l ${flag.replace(/^--/, '')}${takesValue ? ' -r' : ''} -d ${quoted(help)}`,
    ),
  ]);
  return ['# fish completion of basin', ...lines].join('\n');
}

/** In single quotes, which every one of these shells takes literally but for the quote itself. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** In a zsh option's description, brackets and colons have a meaning. */
function bracketed(text: string): string {
  return text.replaceAll(/[[\]:\\]/g, (character) => `\\${character}`);
}
