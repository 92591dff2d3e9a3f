import { formatCount, formatCounted } from '../../shared/terminal/numbers.ts';
import type { Terminal } from '../command.ts';

/** All that `up` tells; with `--json` each is a line of its own on standard output, and nothing of a log line is in any. */
export type UpEvent =
  | { readonly event: 'listening'; readonly url: string }
  | {
      readonly event: 'counted';
      readonly lines: number;
      readonly counted: number;
      readonly dropped: number;
      /** Files with lines that were new. */
      readonly files: number;
    }
  | { readonly event: 'released'; readonly profile: string; readonly text: string }
  | { readonly event: 'notice'; readonly text: string };

/** Tells what happens: as lines for a person, where the address goes to standard output, or as JSON. */
export class UpTeller {
  readonly #terminal: Terminal;
  readonly #json: boolean;
  readonly #toldBy = new Map<string, ReadonlySet<string>>();
  readonly #passedOn = new Set<string>();

  constructor(terminal: Terminal, json: boolean) {
    this.#terminal = terminal;
    this.#json = json;
  }

  tell(event: UpEvent): void {
    const { out, err } = this.#terminal;
    if (this.#json) out(`${JSON.stringify(event)}\n`);
    else if (event.event === 'listening') out(`listening on ${event.url}\n`);
    else err(`${wordsOf(event)}\n`);
  }

  /** Tells of the troubles of one kind that there are now, each once for as long as it stays. */
  tellTroubles(kind: string, troubles: ReadonlyMap<string, string>): void {
    const told = this.#toldBy.get(kind);
    for (const [key, text] of troubles) if (told?.has(key) !== true) this.tell({ event: 'notice', text });
    this.#toldBy.set(kind, new Set(troubles.keys()));
  }

  /** Takes what a command says on standard error: each line is passed on once, since a replay says the same at every round. */
  passOn(): (text: string) => void {
    let rest = '';
    return (text) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        if (line === '' || this.#passedOn.has(line)) continue;
        if (this.#passedOn.size >= mostRemembered) this.#passedOn.clear();
        this.#passedOn.add(line);
        this.#terminal.err(`${line}\n`);
      }
    };
  }
}

/** Lines with the time in them are new each time, and a process of months would remember them all. */
const mostRemembered = 1000;

function wordsOf(event: Exclude<UpEvent, { event: 'listening' }>): string {
  if (event.event !== 'counted') return event.text;
  const { counted, files, dropped } = event;
  const lines = formatCounted(counted, 'line');
  return `counted ${lines} of ${formatCounted(files, 'file')}${dropped > 0 ? `; ${formatCount(dropped)} dropped` : ''}`;
}
