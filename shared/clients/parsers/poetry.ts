import { byProduct } from '../by-product.ts';

/** `poetry/1.8.2 CPython/3.12.1 Linux/6.5.0` */
export const poetry = byProduct('poetry', {
  poetry: { class: 'installer', installer: 'poetry', runtime: 'python' },
});
