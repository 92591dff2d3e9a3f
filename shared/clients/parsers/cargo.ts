import { byProduct } from '../by-product.ts';

/** `cargo/1.79.0`, before `cargo 1.65.0 (4bc8f24d3 2022-10-20)` */
export const cargo = byProduct('cargo', {
  cargo: { class: 'installer', installer: 'cargo', runtime: 'rust' },
});
