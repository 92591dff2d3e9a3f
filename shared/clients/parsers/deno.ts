import { byProduct } from '../by-product.ts';

/** `Deno/2.1.4` */
export const deno = byProduct('deno', { deno: { class: 'installer', installer: 'deno', runtime: 'deno' } });
