import type { FileSetup } from '../../shared/count/counted-batch.ts';
import { sampleAddresses } from '../../shared/count/sample-addresses.ts';
import { type AddressWarning, createAddressSample } from '../../shared/geo/address-warning.ts';
import type { Source } from '../../shared/source/source.ts';

/** Lines of a replay whose addresses are looked at. */
const sampleLines = 20_000;

const words: Readonly<Record<AddressWarning, string>> = {
  internal: 'Most addresses are internal ones',
  one_network: 'Most addresses are of one network',
};

/** Looks at the addresses of the first lines: whether they are the clients', or a balancer's that stands before the server. */
export class AddressCheck {
  readonly #sample = createAddressSample();
  #linesLeft = sampleLines;

  /** Looks at the first lines of a file, while not enough has been seen. */
  look({ head: { buffer, byteOffset, length } }: Source, setup: FileSetup): void {
    if (this.#linesLeft <= 0 || setup.countryFrom === 'log') return;
    const head = Buffer.from(buffer, byteOffset, length);
    this.#linesLeft -= sampleAddresses(head, setup, { sample: this.#sample, most: this.#linesLeft });
  }

  /** What the operator should know, if anything. */
  notice(): string | undefined {
    const warning = this.#sample.warning();
    if (!warning) return undefined;
    return `${words[warning]}, so countries will be unknown or wrong. Behind a balancer, say with client_address in tallymark.yaml where the client's address stands.`;
  }
}
