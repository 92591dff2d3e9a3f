import { whatIsMissing } from '../../infra/kafka/fetch-jars.ts';

const missing = whatIsMissing();
if (missing !== undefined && process.env.CI === 'true')
  throw new Error(`the tests of Kafka need a real broker, and in CI they must run: ${missing}`);

/**
 * Why no broker can run here; undefined where one can. Throws in CI, where nothing may be skipped. Use as
 * `describe.skipIf(whyNoBrokers !== undefined)(brokerTitle('…'), …)`, with `startBrokers` in `beforeAll`.
 */
export const whyNoBrokers: string | undefined = missing;

/** The title of tests that need a broker; where there is none it says why they are skipped. */
export function brokerTitle(title: string): string {
  return missing === undefined ? title : `${title} (skipped: ${missing})`;
}
