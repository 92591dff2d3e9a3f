import { type Command, CommandError, type CommandOption } from '../command.ts';

const shells = ['bash', 'zsh', 'fish'] as const;

/** `tallymark complete SHELL`: a script that completes commands, flags and their values. */
export const complete: Command = {
  operands: '<shell>',
  description: `Prints a completion script for ${shells.join(', ')}: commands, flags, and the values of flags that have a closed list.`,
  options: [],
  examples: [
    'source <(tallymark complete bash)',
    'tallymark complete zsh > "$' + '{fpath[1]}/_tallymark"',
    'tallymark complete fish > ~/.config/fish/completions/tallymark.fish',
  ],
  async run({ operands, commands, flags, terminal }) {
    const shell = shells.find((name) => name === operands[0]);
    if (shell === undefined)
      throw new CommandError(2, `unknown shell '${operands[0]}'`, `allowed: ${shells.join(', ')}`);
    const entries: Entry[] = [];
    for (const { name, summary, load } of commands) {
      entries.push({ name, summary, flags: await flagsOf((await load()).options) });
    }
    const script = scripts[shell](entries);
    terminal.out(flags.json === true ? `${JSON.stringify({ shell, script })}\n` : script);
    return 0;
  },
};

interface Flag {
  /** `--by`. */
  readonly name: string;
  readonly description: string;
  readonly takesValue: boolean;
  /** Empty: any value, completed as a file name. */
  readonly values: readonly string[];
}

interface Entry {
  readonly name: string;
  readonly summary: string;
  readonly flags: readonly Flag[];
}

/** Those that every command takes; `parse-command-line.ts` describes them for people. */
const commonFlags: readonly Flag[] = [
  { name: '--data', description: 'the embedded store', takesValue: true, values: [] },
  { name: '--clickhouse', description: 'a ClickHouse server', takesValue: true, values: [] },
  { name: '--store-key-file', description: "the key of a server's store", takesValue: true, values: [] },
  { name: '--registry', description: 'which registry', takesValue: true, values: [] },
  { name: '--config', description: 'configuration file', takesValue: true, values: [] },
  { name: '--json', description: 'answer in JSON', takesValue: false, values: [] },
  { name: '--help', description: 'help', takesValue: false, values: [] },
];

async function flagsOf(options: readonly CommandOption[]): Promise<Flag[]> {
  const own: Flag[] = [];
  for (const { flags, description, choices } of options) {
    const values = typeof choices === 'function' ? await choices() : (choices ?? []);
    own.push({ name: flags.split(' ')[0], description, takesValue: flags.includes('<'), values });
  }
  return [...own, ...commonFlags.filter(({ name }) => !own.some((flag) => flag.name === name))];
}

const scripts: Readonly<Record<(typeof shells)[number], (entries: readonly Entry[]) => string>> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
};

/** First words of the names: `geo` for `geo update`. */
function firstWords(entries: readonly Entry[]): string[] {
  return [...new Set(entries.map(({ name }) => name.split(' ')[0]))];
}

function bashScript(entries: readonly Entry[]): string {
  const cases = entries.map(
    ({ name, flags }) => `    ${quote(name)}) flags=${quote(flags.map((flag) => flag.name).join(' '))} ;;`,
  );
  const values = entries.flatMap(({ name, flags }) =>
    flags
      .filter((flag) => flag.values.length > 0)
      .map((flag) => `    ${quote(`${name} ${flag.name}`)}) values=${quote(flag.values.join(' '))} ;;`),
  );
  const seconds = pairs(entries).map(([first, words]) => `    ${quote(first)}) seconds=${quote(words)} ;;`);
  return `# bash completion for tallymark
_tallymark() {
  local word="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}"
  local name="\${COMP_WORDS[1]}" flags="" values="" seconds=""
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W ${quote(firstWords(entries).join(' '))} -- "$word"))
    return
  fi
  case "$name" in
${seconds.join('\n')}
  esac
  if [ "$COMP_CWORD" -eq 2 ] && [ -n "$seconds" ] && [[ "$word" != -* ]]; then
    COMPREPLY=($(compgen -W "$seconds" -- "$word"))
    return
  fi
  case " $seconds " in *" \${COMP_WORDS[2]} "*) [ "$COMP_CWORD" -gt 2 ] && [ -n "\${COMP_WORDS[2]}" ] && name="$name \${COMP_WORDS[2]}" ;; esac
  case "$name $before" in
${values.join('\n')}
  esac
  case "$name" in
${cases.join('\n')}
  esac
  if [ -n "$values" ]; then
    COMPREPLY=($(compgen -W "$values" -- "$word"))
  elif [[ "$word" == -* ]]; then
    COMPREPLY=($(compgen -W "$flags" -- "$word"))
  else
    COMPREPLY=($(compgen -f -- "$word"))
  fi
}
complete -o filenames -F _tallymark tallymark
`;
}

/** `['geo', 'update']`: what may follow a first word. */
function pairs(entries: readonly Entry[]): [string, string][] {
  const groups = new Map<string, string[]>();
  for (const { name } of entries) {
    const [first, second] = name.split(' ');
    if (second !== undefined) groups.set(first, [...(groups.get(first) ?? []), second]);
  }
  return [...groups].map(([first, words]) => [first, words.join(' ')]);
}

function zshScript(entries: readonly Entry[]): string {
  const described = (name: string, text: string) => quote(`${name}:${text.replaceAll(':', ' ')}`);
  const first = firstWords(entries).map((word) => {
    const entry =
      entries.find(({ name }) => name === word) ?? entries.find(({ name }) => name.startsWith(`${word} `));
    return described(word, entry?.summary ?? '');
  });
  const cases = entries.map(({ name, flags }) => {
    const specs = flags.map((flag) => quote(zshFlag(flag)));
    return `    ${quote(name)}) _arguments ${specs.join(' ')} '*:file:_files' ;;`;
  });
  const seconds = pairs(entries).map(
    ([word, words]) =>
      `  if [[ "$words[2]" == ${word} && " ${words} " == *" $words[3] "* ]]; then name="$words[2] $words[3]"; drop=2; fi`,
  );
  return `#compdef tallymark
# zsh completion for tallymark
_tallymark() {
  local name="$words[2]" drop=1
  if (( CURRENT == 2 )); then
    local -a names=(${first.join(' ')})
    _describe command names
    return
  fi
${seconds.join('\n')}
  shift $drop words
  (( CURRENT -= drop ))
  case "$name" in
${cases.join('\n')}
  esac
}
compdef _tallymark tallymark
`;
}

function zshFlag({ name, description, takesValue, values }: Flag): string {
  const text = description.replace(/[[\]:]/g, ' ');
  if (!takesValue) return `${name}[${text}]`;
  return `${name}[${text}]:value:${values.length > 0 ? `(${values.join(' ')})` : '_files'}`;
}

function fishScript(entries: readonly Entry[]): string {
  const first = firstWords(entries).map((word) => {
    const summary = entries.find(({ name }) => name === word)?.summary ?? '';
    return `complete -c tallymark -n __fish_use_subcommand -f -a ${quote(word)} -d ${quote(summary)}`;
  });
  const seconds = pairs(entries).map(
    ([word, words]) =>
      `complete -c tallymark -n ${quote(`__fish_seen_subcommand_from ${word}`)} -a ${quote(words)}`,
  );
  const flags = entries.flatMap(({ name, flags }) => {
    const seen = name
      .split(' ')
      .map((word) => `__fish_seen_subcommand_from ${word}`)
      .join('; and ');
    return flags.map(({ name: flag, description, takesValue, values }) => {
      const value = takesValue ? (values.length > 0 ? ` -x -a ${quote(values.join(' '))}` : ' -r') : '';
      return `complete -c tallymark -n ${quote(seen)} -l ${flag.slice(2)} -d ${quote(description)}${value}`;
    });
  });
  return `# fish completion for tallymark\n${[...first, ...seconds, ...flags].join('\n')}\n`;
}

/** A word for any of the three shells. */
function quote(text: string): string {
  return `'${text.replaceAll("'", `'"'"'`)}'`;
}
