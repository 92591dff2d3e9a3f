import { type Client, type ClientClass, type ClientParser, unknownClient } from './client.ts';
import { majorMinor } from './major-minor.ts';
import { type RuntimeFamily, runtimeIn } from './runtime-in.ts';
import { statesCi } from './states-ci.ts';
import { systemIn } from './system-in.ts';
import type { UserAgent } from './user-agent.ts';
import type { Installer } from './vocabulary.ts';

/** What a product's user agents mean, and where to look for more. */
export interface Product {
  readonly class: ClientClass;
  /** Without one, `other`. */
  readonly installer?: Installer;
  /** What may run it; without one the user agent states no runtime. */
  readonly runtime?: RuntimeFamily;
  /** Its first group is the installer's version, where what follows the leading name is not; `none` if nothing is. */
  readonly version?: RegExp | 'none';
  /** Its first group is the only part to look for the system in, where others may hold anything. */
  readonly system?: RegExp;
}

/** A parser of clients that the leading name alone tells: most of them. Keys are `UserAgent.product`s. */
export function byProduct(name: string, products: Readonly<Record<string, Product>>): ClientParser {
  const known = new Map(Object.entries(products));
  return {
    name,
    products: [...known.keys()],
    read: (userAgent) => {
      const product = known.get(userAgent.product);
      return product ? clientOf(product, userAgent) : unknownClient;
    },
  };
}

/** The client of `userAgent`, once it is known to be `product`'s. */
export function clientOf(product: Product, userAgent: UserAgent): Client {
  const { text } = userAgent;
  return {
    class: product.class,
    installer: product.installer ?? 'other',
    installerVersion: installerVersion(product, userAgent),
    runtime: product.runtime ? runtimeIn(product.runtime, text) : 'other',
    system: systemIn(product.system ? (product.system.exec(text)?.[1] ?? '') : text),
    ci: statesCi(text),
  };
}

function installerVersion({ version }: Product, userAgent: UserAgent): string {
  if (version === undefined) return userAgent.version;
  return version === 'none' ? '' : majorMinor(version.exec(userAgent.text)?.[1] ?? '');
}
