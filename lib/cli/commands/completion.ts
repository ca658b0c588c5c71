import { argumentsIn, type Command, type ExitCode, exitCodes, type Io, UsageError } from '../command.ts';

const shells = ['bash', 'zsh', 'fish'] as const;

const usage = `daypass completion ${shells.join('|')}

Prints what makes the shell complete commands and options.

  bash   source <(daypass completion bash)
  zsh    source <(daypass completion zsh)
  fish   daypass completion fish | source

Exit status: 0 printed, 2 there is no such shell.
`;

/** Commands and their options as they are at that moment. */
export const completionOf = (commands: () => readonly Command[]): Command => ({
  name: 'completion',
  summary: 'completes commands in bash, zsh and fish',
  usage,
  options: {},
  async run(args: readonly string[], io: Io): Promise<ExitCode> {
    const [shell, ...more] = argumentsIn(args, {}, true).positionals;
    const write = more.length === 0 && shell !== undefined ? scripts.get(shell) : undefined;
    if (!write) throw new UsageError(`For which shell? ${shells.join(', ')}.`);
    io.write(write(commands()));
    return exitCodes.yes;
  },
});

const optionsOf = ({ options }: Command) => [...Object.keys(options), 'help'].map((name) => `--${name}`);
/** In single quotes. */
const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;

type Script = (commands: readonly Command[]) => string;

const bash: Script = (commands) => `_daypass() {
  local word="\${COMP_WORDS[COMP_CWORD]}" words=""
  if [ "$COMP_CWORD" -eq 1 ]; then words="${commands.map(({ name }) => name).join(' ')}"
  else case "\${COMP_WORDS[1]}" in
${commands.map((each) => `    ${each.name}) words="${optionsOf(each).join(' ')}" ;;`).join('\n')}
  esac; fi
  case "$word" in -*|"") ;; *) [ "$COMP_CWORD" -gt 1 ] && { COMPREPLY=($(compgen -f -- "$word")); return; } ;; esac
  COMPREPLY=($(compgen -W "$words" -- "$word"))
}
complete -F _daypass daypass
`;

const zsh: Script = (commands) => `#compdef daypass
_daypass() {
  if (( CURRENT == 2 )); then
    local -a found=(${commands.map(({ name, summary }) => quoted(`${name}:${summary}`)).join(' ')})
    _describe command found
  else
    case $words[2] in
${commands.map((each) => `      ${each.name}) compadd -- ${optionsOf(each).join(' ')} ;;`).join('\n')}
    esac
    _files
  fi
}
compdef _daypass daypass
`;

const fish: Script = (commands) =>
  [
    'complete -c daypass -e',
    ...commands.map(
      ({ name, summary }) => `complete -c daypass -f -n __fish_use_subcommand -a ${name} -d ${quoted(summary)}`,
    ),
    ...commands.flatMap((each) =>
      optionsOf(each).map(
        (option) => `complete -c daypass -n '__fish_seen_subcommand_from ${each.name}' -l ${option.slice(2)}`,
      ),
    ),
    '',
  ].join('\n');

const scripts = new Map<string, Script>([
  ['bash', bash],
  ['zsh', zsh],
  ['fish', fish],
]);
