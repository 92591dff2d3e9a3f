import { byProduct } from '../by-product.ts';

/** `pipenv/2023.10.3`; what it installs it fetches with pip, as pip. */
export const pipenv = byProduct('pipenv', {
  pipenv: { class: 'installer', installer: 'pipenv', runtime: 'python' },
});
