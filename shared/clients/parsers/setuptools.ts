import { clientOf, type Product } from '../by-product.ts';
import type { ClientParser } from '../client.ts';

/**
 * `setuptools/1.0 Python-urllib/3.6`, `Python-urllib/2.7 setuptools/0.6` (easy_install), `Python-urllib/3.6
 * distribute/0.6.21`, and Python's urllib alone: scripts, and pip before 1.4, which cannot be told apart.
 */
export const setuptools: ClientParser = {
  name: 'setuptools',
  products: ['setuptools', 'distribute', 'python-urllib'],
  read: (userAgent) => clientOf(productOf(userAgent.text), userAgent),
};

function productOf(text: string): Product {
  return besideUrllib.find(({ version }) => version.test(text)) ?? urllib;
}

const besideUrllib = [
  {
    class: 'installer',
    installer: 'setuptools',
    runtime: 'python',
    version: /(?:^| )setuptools\/(\S{1,12})/,
  },
  {
    class: 'installer',
    installer: 'distribute',
    runtime: 'python',
    version: /(?:^| )distribute\/(\S{1,12})/,
  },
] as const;
const urllib: Product = { class: 'unknown', runtime: 'python', version: 'none' };
