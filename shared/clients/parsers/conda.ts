import { byProduct } from '../by-product.ts';

/**
 * `conda/23.1.0 requests/2.28.1 CPython/3.10.9 Linux/5.15.0 ubuntu/22.04.1 glibc/2.35`, `mamba/1.5.3 …`,
 * `micromamba/1.5.3`, `pixi/0.20.0`, `rattler/0.1.0`
 */
export const conda = byProduct('conda', {
  conda: { class: 'installer', installer: 'conda', runtime: 'python' },
  mamba: { class: 'installer', installer: 'mamba', runtime: 'python' },
  micromamba: { class: 'installer', installer: 'mamba' },
  libmamba: { class: 'installer', installer: 'mamba' },
  pixi: { class: 'installer', installer: 'pixi' },
  // Its version is not Pixi's.
  rattler: { class: 'installer', installer: 'pixi', version: 'none' },
});
