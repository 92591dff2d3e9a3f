import { byProduct } from '../by-product.ts';

/**
 * `Apache-Maven/3.9.6 (Java 17.0.9; Linux 5.15.0)`, `Apache Ivy/2.5.0`, `sbt/1.9.7`, `Coursier/2.1.8`,
 * `Leiningen/2.9.1 (Java OpenJDK 64-Bit Server VM; Linux 5.15.0; amd64)`
 */
export const maven = byProduct('maven', {
  'apache-maven': { class: 'installer', installer: 'maven', runtime: 'java' },
  'apache ivy': { class: 'installer', installer: 'ivy', runtime: 'java' },
  sbt: { class: 'installer', installer: 'sbt', runtime: 'java' },
  coursier: { class: 'installer', installer: 'coursier', runtime: 'java' },
  leiningen: { class: 'installer', installer: 'leiningen', runtime: 'java' },
});
