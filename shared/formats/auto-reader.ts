import { hasCountryOnly } from './country-only.ts';
import { enveloped } from './envelope.ts';
import { forgiving } from './forgiving.ts';
import type { LineReader, LogFormat, ReaderOptions, ReadOutcome } from './log-format.ts';
import { RequestView } from './request-view.ts';

/**
 * Reads lines of several formats, enveloped or not, that arrive mixed, as in a Kafka topic. The format that read the line before is
 * asked first, then the others in the order of `formats`; the first that reads the line has it, and says with
 * `RequestView.countryOnly` where the line's country is from. Not among them: `pep381`, whose day is in a file's name, and `json`
 * unless `options.keys` name time and path. A directive goes to the formats that remember it; an unknown version makes the lines
 * under it malformed until another header, and stops nothing: `unknown_version` is never returned. The same lines in the same order
 * have the same outcomes.
 */
export function openAutoReader(options: ReaderOptions, formats: readonly LogFormat[]): LineReader {
  return new AutoReader(formats.filter((format) => isReadable(format, options)).map(candidate(options)));
}

interface Candidate {
  readonly reader: LineReader;
  /** Whether it remembers directives. */
  readonly stateful: boolean;
  readonly countryOnly: boolean;
}

function isReadable({ name }: LogFormat, { keys }: ReaderOptions): boolean {
  return name === 'json' ? Boolean(keys?.time && keys.path) : name !== 'pep381';
}

function candidate(options: ReaderOptions): (format: LogFormat) => Candidate {
  return (format) => ({
    reader: enveloped(forgiving(format)).open(options),
    stateful: format.stateful,
    countryOnly: hasCountryOnly(format, options.keys),
  });
}

class AutoReader implements LineReader {
  /** The first one remembers nothing. */
  private readonly candidates: readonly Candidate[];
  private readonly stateful: readonly Candidate[];
  private current: Candidate;
  private readonly probe = new RequestView();

  constructor(candidates: readonly Candidate[]) {
    this.candidates = candidates;
    this.stateful = candidates.filter(({ stateful }) => stateful);
    this.current = candidates[0];
  }

  read(bytes: Uint8Array, start: number, end: number, view: RequestView): ReadOutcome {
    const { current } = this;
    const outcome = current.reader.read(bytes, start, end, view);
    if (outcome !== 'found') return this.readChange(bytes, start, end, { view, outcome });
    view.countryOnly = current.countryOnly;
    return outcome;
  }

  /** As the format does that reads the line. */
  showsItsEnd(bytes: Uint8Array, start: number, end: number): boolean {
    const { candidates, current, probe } = this;
    // All formats have the same directives; a part of one must not reach a reader that remembers it.
    if (candidates[0].reader.read(bytes, start, end, probe) === 'directive') return false;
    const finds = ({ reader }: Candidate) => reader.read(bytes, start, end, probe) === 'found';
    const found = finds(current) ? current : candidates.find(finds);
    return found?.reader.showsItsEnd?.(bytes, start, end) === true;
  }

  /** A line that the current format does not find a request in: a directive, another format's, or nobody's. */
  private readChange(
    bytes: Uint8Array,
    start: number,
    end: number,
    { view, outcome }: { readonly view: RequestView; readonly outcome: ReadOutcome },
  ): ReadOutcome {
    if (outcome === 'directive') {
      for (const one of this.stateful) if (one !== this.current) one.reader.read(bytes, start, end, view);
      return outcome;
    }
    let nobodys = outcome;
    for (const one of this.candidates) {
      if (one === this.current) continue;
      const read = one.reader.read(bytes, start, end, view);
      if (read === 'malformed_time') nobodys = read;
      if (read !== 'found') continue;
      this.current = one;
      view.countryOnly = one.countryOnly;
      return read;
    }
    return nobodys;
  }
}
