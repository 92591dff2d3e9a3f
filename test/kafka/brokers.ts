import { whatIsMissing } from '../../infra/kafka/fetch-jars.ts';
import { skippedFor } from '../missing-tool.ts';

/**
 * Why no broker can run here; undefined where one can. Throws in CI, where nothing may be skipped. Use as
 * `describe.skipIf(whyNoBrokers !== undefined)(brokerTitle('…'), …)`, with `startBrokers` in `beforeAll`.
 */
export const whyNoBrokers: string | undefined = skippedFor(whatIsMissing());

/** The title of tests that need a broker; where there is none it says why they are skipped. */
export function brokerTitle(title: string): string {
  return whyNoBrokers === undefined ? title : `${title} (skipped: ${whyNoBrokers})`;
}
