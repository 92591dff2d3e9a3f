import { byProduct } from '../by-product.ts';

/** `maturin/1.4.0` */
export const maturin = byProduct('maturin', {
  maturin: { class: 'installer', installer: 'maturin' },
});
