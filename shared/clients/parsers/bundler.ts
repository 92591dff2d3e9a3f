import { byProduct } from '../by-product.ts';

/**
 * `bundler/2.5.3 rubygems/3.5.3 ruby/3.3.0 (x86_64-linux) command/install options/jobs ci/github,ci 0123456789abcdef`.
 * Options and what follows are the user's own words, so only the bracket tells the system.
 */
export const bundler = byProduct('bundler', {
  bundler: { class: 'installer', installer: 'bundler', runtime: 'ruby', system: /\(([^)]{0,80})\)/ },
});
