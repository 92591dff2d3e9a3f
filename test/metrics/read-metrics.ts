/** A label of a sample, with its value. */
export interface SampleLabel {
  readonly label: string;
  readonly value: string;
}

const sample = /^(\w+)(?:\{(.*)\})? (\S+)$/;

/** All labels of all samples of a scrape; throws on a line that is neither sample nor comment. */
export function labelsOf(scrape: string): SampleLabel[] {
  return samplesOf(scrape).flatMap(([, , labels = '']) =>
    [...labels.matchAll(/(\w+)="([^"]*)"/g)].map(([, label, value]) => ({ label: label!, value: value! })),
  );
}

/** The values of a scrape's samples, each by its name and labels as they stand: `a_total{stage="x"}`. */
export function valuesOf(scrape: string): Readonly<Record<string, number>> {
  return Object.fromEntries(
    samplesOf(scrape).map(([, name, labels, value]) => [
      labels === undefined ? name : `${name}{${labels}}`,
      Number(value),
    ]),
  );
}

function samplesOf(scrape: string): RegExpExecArray[] {
  return scrape
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const found = sample.exec(line);
      if (!found) throw new Error(`no sample of Prometheus: ${line}`);
      return found;
    });
}
