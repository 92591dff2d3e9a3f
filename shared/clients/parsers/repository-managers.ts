import { byProduct } from '../by-product.ts';

/**
 * Caching proxies, which ask once for many: `Artifactory/7.71.5`, `Nexus/3.6.0-02 (OSS; Linux; …)`,
 * `verdaccio/5.29.0`, `Gemstash/2.1.0`, `pulpcore/3.40.0 (…)`, `Debian Apt-Cacher-NG/3.7.4`
 */
export const repositoryManagers = byProduct('repository-managers', {
  artifactory: { class: 'mirror', installer: 'artifactory' },
  nexus: { class: 'mirror', installer: 'nexus' },
  'apache-archiva': { class: 'mirror' },
  'apt-cacher-ng': { class: 'mirror' },
  'debian apt-cacher-ng': { class: 'mirror' },
  gemstash: { class: 'mirror' },
  proget: { class: 'mirror' },
  proxpi: { class: 'mirror' },
  pulpcore: { class: 'mirror' },
  reposilite: { class: 'mirror' },
  sinopia: { class: 'mirror' },
  'ubuntu apt-cacher-ng': { class: 'mirror' },
  verdaccio: { class: 'mirror' },
});
