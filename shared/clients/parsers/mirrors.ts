import { byProduct } from '../by-product.ts';

/**
 * Copies of a whole registry: `bandersnatch/6.5.0 (cpython 3.11.6-final0, Linux x86_64) (aiohttp 3.9.1)`,
 * `devpi-server/6.9.2 (py3.11.6; linux)`, `z3c.pypimirror/1.5.6`, `pep381client-proxy/0.5.6`, `Panamax/1.0.14`
 */
export const mirrors = byProduct('mirrors', {
  bandersnatch: { class: 'mirror', installer: 'bandersnatch' },
  'devpi-server': { class: 'mirror', installer: 'devpi' },
  'z3c.pypimirror': { class: 'mirror', installer: 'z3c.pypimirror' },
  pep381client: { class: 'mirror', installer: 'pep381client' },
  'pep381client-proxy': { class: 'mirror', installer: 'pep381client' },
  'apt-mirror': { class: 'mirror' },
  cnpmcore: { class: 'mirror' },
  'cnpmjs.org': { class: 'mirror' },
  debmirror: { class: 'mirror' },
  panamax: { class: 'mirror' },
  reprepro: { class: 'mirror' },
  romt: { class: 'mirror' },
});
