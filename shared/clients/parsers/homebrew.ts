import { byProduct } from '../by-product.ts';

/**
 * `Homebrew/4.2.0 (Macintosh; arm64 Mac OS X 14.2) curl/8.4.0`. An installer and not `system`: what a formula's
 * resources are fetched for is installed where `brew` runs, while its build farm serves ready bottles from elsewhere.
 */
export const homebrew = byProduct('homebrew', {
  homebrew: { class: 'installer', installer: 'homebrew' },
  linuxbrew: { class: 'installer', installer: 'homebrew' },
});
