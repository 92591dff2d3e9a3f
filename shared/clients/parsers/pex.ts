import { byProduct } from '../by-product.ts';

/** `pex/1.4.5`; a later Pex fetches with pip, as pip. */
export const pex = byProduct('pex', {
  pex: { class: 'installer', installer: 'pex', runtime: 'python' },
});
