import { byProduct } from '../by-product.ts';

/** `Bun/1.1.0` */
export const bun = byProduct('bun', { bun: { class: 'installer', installer: 'bun', runtime: 'bun' } });
