import { type Client, type ClientParser, unknownClient } from './client.ts';
import { clientParsers } from './registry.ts';
import { readUserAgent } from './user-agent.ts';

/**
 * What a user agent string says of who downloads; an empty or unknown one is of class `unknown` and all `other`.
 * Never throws, whatever the string, and keeps nothing of its text but versions cut to `major.minor`.
 */
export const parseClient: (userAgent: string) => Client = clientReader(clientParsers);

/** `parseClient` over other parsers. Throws if two of them claim one product. */
export function clientReader(parsers: readonly ClientParser[]): (userAgent: string) => Client {
  const parserOf = new Map<string, ClientParser>();
  for (const parser of parsers) {
    for (const product of parser.products) {
      const other = parserOf.get(product);
      if (other) throw new Error(`Client parsers ${other.name} and ${parser.name} both claim "${product}"`);
      parserOf.set(product, parser);
    }
  }
  return (text) => {
    const userAgent = readUserAgent(text);
    return parserOf.get(userAgent.product)?.read(userAgent) ?? unknownClient;
  };
}
