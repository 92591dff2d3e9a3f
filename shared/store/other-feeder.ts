import type { Feeding } from './announce.ts';

/** Two groups that count one topic into one store would count each line of others' shippers twice, and of `ship` what both have open. */
export class OtherFeeder extends Error {
  override readonly name = 'OtherFeeder';

  constructor({ feeds, site, since }: Feeding) {
    const at = site === '' ? '' : ` at ${site}`;
    const begun = `since ${new Date(since).toISOString().slice(0, 19)}Z`;
    super(
      `Another group counts this topic into this store (${feeds}${at}, ${begun}), and both would count the same lines. ` +
        'Stop its ingesters, or give this one the same --group. One that was killed is passed over after a minute.',
    );
  }
}
