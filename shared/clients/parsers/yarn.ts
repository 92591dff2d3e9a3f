import { byProduct } from '../by-product.ts';

/** `yarn/1.22.19 npm/? node/v16.14.0 linux x64` */
export const yarn = byProduct('yarn', {
  yarn: { class: 'installer', installer: 'yarn', runtime: 'node' },
});
