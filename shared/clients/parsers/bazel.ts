import { byProduct } from '../by-product.ts';

/** `Bazel/release 7.0.0`, `Bazel/1.0`, `Bazel/1.0 dev` */
export const bazel = byProduct('bazel', {
  bazel: { class: 'installer', installer: 'bazel' },
});
