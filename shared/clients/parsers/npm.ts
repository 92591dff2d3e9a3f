import { clientOf, type Product } from '../by-product.ts';
import type { ClientParser } from '../client.ts';

/**
 * `npm/10.2.3 node/v20.10.0 linux x64 workspaces/false ci/github-actions`; npm before 1.3 was `node/v0.8.14 linux x64`.
 * `node` without a version is Node's own `fetch`.
 */
export const npm: ClientParser = {
  name: 'npm',
  products: ['npm', 'node'],
  read: (userAgent) => {
    if (userAgent.product === 'npm') return clientOf(installer, userAgent);
    return clientOf(userAgent.version === '' ? nodeFetch : { ...installer, version: 'none' }, userAgent);
  },
};

const installer: Product = { class: 'installer', installer: 'npm', runtime: 'node' };
const nodeFetch: Product = { class: 'unknown' };
