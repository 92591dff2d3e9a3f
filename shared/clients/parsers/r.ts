import { byProduct, type Product } from '../by-product.ts';

const product: Product = { class: 'installer', installer: 'r', runtime: 'r', version: /\bR \((\S{1,12})/ };

/**
 * `R (4.3.1 x86_64-pc-linux-gnu x86_64 linux-gnu)`, `R/4.3.1 (ubuntu-22.04) R (4.3.1 …)`,
 * `RStudio Desktop (2023.6.1.524); R (4.3.1 x86_64-w64-mingw32 x86_64 mingw32)`, `renv (1.0.3) R (…)`
 */
export const r = byProduct('r', {
  r: product,
  renv: product,
  'rstudio desktop': product,
  'rstudio server': product,
});
