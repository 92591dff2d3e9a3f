import { byProduct, type Product } from '../by-product.ts';

const os: Product = { class: 'system', installer: 'os', version: 'none' };

/**
 * Ports trees and packaging tools, PyPI's `OS`: `MacPorts/2.8.1 …`, `fetch libfetch/2.0`, `Debian uscan 2.23.4`.
 * They are `system` and not `installer`: they fetch a project's sources to build a distribution's package of it, and
 * who then installs that package does not ask here.
 */
export const packaging = byProduct('packaging', {
  'debian uscan': os,
  'fetch libfetch': os,
  'gnu guile': os,
  garstow: os,
  libfetch: os,
  macports: os,
  'netbsd-ftp': os,
  nix: os,
  'openbsd ftp': os,
  portscout: os,
  ptxdist: os,
  'pypi-install': os,
  slackrepo: os,
  'slapt-get': os,
  spectool: os,
  xbps: os,
});
