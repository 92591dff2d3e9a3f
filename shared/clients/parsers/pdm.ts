import { byProduct } from '../by-product.ts';

/** `pdm/2.12.0 CPython/3.11.4`; its finder alone: `unearth/0.14.0`. */
export const pdm = byProduct('pdm', {
  pdm: { class: 'installer', installer: 'pdm', runtime: 'python' },
  // Its version is not PDM's.
  unearth: { class: 'installer', installer: 'pdm', version: 'none' },
});
