import { byProduct, type Product } from '../by-product.ts';

/** The number after `APT-HTTP` is the interface's, apt's own is in the bracket. */
const apt: Product = { class: 'installer', installer: 'apt', version: /\((\d\S{0,11})\)/ };
const dnf: Product = { class: 'installer', installer: 'dnf' };

/**
 * Installers of Linux distributions: `Debian APT-HTTP/1.3 (2.6.1)`, `libdnf (Fedora Linux 39; workstation;
 * Linux.x86_64)`, `urlgrabber/3.10 yum/3.4.3`, `ZYpp 17.31.0 (curl 7.79.1) openSUSE-Leap-15.4-x86_64`,
 * `pacman/6.0.2 (Linux x86_64) libalpm/13.0.2`, `apk-tools/2.14.0`. They are installers and not `system`:
 * the file ends on the machine that asked for it.
 */
export const linuxPackages = byProduct('linux-packages', {
  'debian apt-http': apt,
  'ubuntu apt-http': apt,
  'apt-http': apt,
  'debian apt-curl': apt,
  'ubuntu apt-curl': apt,
  libdnf: dnf,
  dnf,
  dnf5: dnf,
  urlgrabber: { class: 'installer', installer: 'yum', version: /\byum\/(\S{1,12})/ },
  zypp: { class: 'installer', installer: 'zypper' },
  pacman: { class: 'installer', installer: 'pacman' },
  'apk-tools': { class: 'installer', installer: 'apk' },
});
