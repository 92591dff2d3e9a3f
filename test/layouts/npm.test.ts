import { describe } from 'vitest';
import { npm } from '../../shared/layouts/npm.ts';
import { artifact, index, sidecar, testPaths } from './table.ts';

const long = 'a'.repeat(201);

describe('npm', () =>
  testPaths(npm, [
    {
      name: 'package',
      path: '/lodash/-/lodash-4.17.21.tgz',
      want: artifact('lodash', '4.17.21', 'tgz', 'lodash-4.17.21.tgz'),
    },
    {
      name: 'scope',
      path: '/@types/node/-/node-20.11.5.tgz',
      want: artifact('@types/node', '20.11.5', 'tgz', 'node-20.11.5.tgz'),
    },
    {
      name: 'encoded scope',
      path: '/@types%2Fnode/-/node-20.11.5.tgz',
      want: artifact('@types/node', '20.11.5', 'tgz', 'node-20.11.5.tgz'),
    },
    {
      name: 'encoded scope, lower case and its at sign too',
      path: '/%40types%2fnode/-/node-20.11.5.tgz',
      want: artifact('@types/node', '20.11.5', 'tgz', 'node-20.11.5.tgz'),
    },
    {
      name: 'scope twice',
      path: '/@types/node/-/@types/node-20.11.5.tgz',
      want: artifact('@types/node', '20.11.5', 'tgz', 'node-20.11.5.tgz'),
    },
    {
      name: 'name keeps its case',
      path: '/JSONStream/-/JSONStream-1.3.5.tgz',
      want: artifact('JSONStream', '1.3.5', 'tgz', 'JSONStream-1.3.5.tgz'),
    },
    {
      name: 'name with a number and dashes',
      path: '/es-5-ext/-/es-5-ext-0.10.62.tgz',
      want: artifact('es-5-ext', '0.10.62', 'tgz', 'es-5-ext-0.10.62.tgz'),
    },
    {
      name: 'pre-release',
      path: '/react/-/react-19.0.0-rc.1.tgz',
      want: artifact('react', '19.0.0-rc.1', 'tgz', 'react-19.0.0-rc.1.tgz'),
    },
    {
      name: 'file of another name',
      path: '/new-name/-/old-name-1.2.3.tgz',
      want: artifact('new-name', '1.2.3', 'tgz', 'old-name-1.2.3.tgz'),
    },
    {
      name: "behind a proxy's folders",
      path: '/repository/npm/lodash/-/lodash-4.17.21.tgz',
      want: artifact('lodash', '4.17.21', 'tgz', 'lodash-4.17.21.tgz'),
    },
    { name: 'version that is none', path: '/lodash/-/lodash-latest.tgz', want: 'other' },
    { name: 'no tarball', path: '/lodash/-/lodash-4.17.21.zip', want: 'other' },
    { name: "the registry's own", path: '/-/npm/v1/security/audits', want: 'other' },
    { name: 'list of versions', path: '/lodash', want: index('lodash') },
    { name: 'list of versions, scope', path: '/@types/node', want: index('@types/node') },
    { name: 'list of versions, encoded scope', path: '/@types%2Fnode', want: index('@types/node') },
    { name: 'not a package', path: '/favicon.ico', want: 'other' },
    { name: 'one version', path: '/lodash/4.17.21', want: 'other' },
    {
      name: 'signature',
      path: '/lodash/-/lodash-4.17.21.tgz.sig',
      want: sidecar('lodash', '4.17.21', 'tgz', 'lodash-4.17.21.tgz.sig'),
    },
    { name: 'name too long', path: `/${long}/-/${long}-1.0.0.tgz`, want: 'malformed' },
    { name: 'control character', path: '/a%1Bb/-/a-1.0.0.tgz', want: 'malformed' },
    { name: 'not UTF-8', path: '/%C3%28/-/a-1.0.0.tgz', want: 'malformed' },
  ]));
