import { byProduct } from '../by-product.ts';

/** `pnpm/8.6.0 npm/? node/v18.16.0 linux x64` */
export const pnpm = byProduct('pnpm', {
  pnpm: { class: 'installer', installer: 'pnpm', runtime: 'node' },
});
