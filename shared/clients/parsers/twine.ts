import { byProduct } from '../by-product.ts';

/** `twine/4.0.2 importlib-metadata/6.0.0 requests/2.28.2 urllib3/1.26.14 CPython/3.11.1` */
export const twine = byProduct('twine', {
  twine: { class: 'installer', installer: 'twine', runtime: 'python' },
});
