import type { FileSetup, Registry } from '../../shared/count/counted-batch.ts';
import { pathsIn } from '../../shared/count/paths-in.ts';
import type { LineReader } from '../../shared/formats/log-format.ts';
import { openReader } from '../../shared/formats/registry.ts';
import { readChunk } from '../../shared/kafka/chunk.ts';
import type { TopicMessage } from '../../shared/kafka/message.ts';
import { LayoutVote } from '../../shared/layouts/layout-vote.ts';

/** How the lines of a topic are read, and what is said of it by the operator. */
export interface ChoiceOptions {
  readonly reading: Omit<FileSetup, 'registries'>;
  /** The registries of the configuration, or of `--layout`; undefined where the layout is to be detected. */
  readonly registries: readonly Registry[] | undefined;
  /** Makes the registry of a layout that was detected. */
  registryOf(layout: string): Registry;
}

/** Several layouts fit the paths in part: what the operator has to decide. */
export class LayoutUndecided extends Error {
  override readonly name = 'LayoutUndecided';
}

/** Artifact paths that are enough to tell the layout. */
const samplePaths = 1000;

/**
 * How lines are read: by what is configured, else by the layout that the group has used before, else by the one that fits the first paths of
 * artifacts. Until one is seen, lines belong to no layout. Once found it stays, for all partitions.
 */
export class SetupChoice {
  readonly #options: ChoiceOptions;
  readonly #vote = new LayoutVote();
  #setup: FileSetup;
  /** The layout in use, where it was detected. */
  layout: string | undefined;

  constructor(options: ChoiceOptions) {
    this.#options = options;
    this.#setup = { ...options.reading, registries: options.registries ?? [] };
  }

  /** The same object as long as nothing changes. */
  current(): FileSetup {
    return this.#setup;
  }

  /** Goes on with a layout that the group has used before. */
  useLayout(layout: string | undefined): void {
    if (layout === undefined || this.#isDecided()) return;
    this.layout = layout;
    this.#setup = { ...this.#setup, registries: [this.#options.registryOf(layout)] };
  }

  /** Looks at messages while no layout is known. Throws `LayoutUndecided`. */
  learn(messages: readonly TopicMessage[]): void {
    if (this.#isDecided()) return;
    const strangers = openReader(this.#setup);
    for (const message of messages) {
      for (const path of this.#pathsIn(message, strangers)) {
        this.#vote.add(path);
        if (this.#vote.artifactPaths >= samplePaths) break;
      }
      if (this.#vote.artifactPaths >= samplePaths) break;
    }
    if (this.#vote.artifactPaths > 0) this.#decide();
  }

  /** Read as `OpenBatch` does: a chunk below its own directives, and what is none below those that came before it. */
  #pathsIn({ value, headers }: TopicMessage, strangers: LineReader): Iterable<string> {
    if (value === undefined) return [];
    const chunk = readChunk(headers, value);
    if (chunk === undefined || chunk === 'lie') return pathsIn(value, strangers);
    const reader = openReader(this.#setup);
    // What a header says is no request, whatever stands there.
    Array.from(pathsIn(chunk.directives, reader));
    return pathsIn(value, reader);
  }

  #isDecided(): boolean {
    return this.#options.registries !== undefined || this.layout !== undefined;
  }

  #decide(): void {
    const result = this.#vote.result();
    if ('layout' in result) {
      this.useLayout(result.layout.name);
      return;
    }
    const shares = result.shares
      .map(({ layout, share }) => `${layout} ${Math.round(share * 100)} %`)
      .join(', ');
    throw new LayoutUndecided(
      `No layout fits more than 90 % of the artifact paths in the topic: ${shares}. Name one with --layout, or list several registries in tallymark.yaml.`,
    );
  }
}
