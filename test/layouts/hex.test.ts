import { describe } from 'vitest';
import { hex } from '../../shared/layouts/hex.ts';
import { artifact, index, sidecar, testPaths } from './table.ts';

const long = 'a'.repeat(201);

describe('hex', () =>
  testPaths(hex, [
    {
      name: 'package',
      path: '/tarballs/phoenix-1.7.10.tar',
      want: artifact('phoenix', '1.7.10', 'tar', 'phoenix-1.7.10.tar'),
    },
    {
      name: 'pre-release',
      path: '/tarballs/phoenix_live_view-1.0.0-rc.1.tar',
      want: artifact('phoenix_live_view', '1.0.0-rc.1', 'tar', 'phoenix_live_view-1.0.0-rc.1.tar'),
    },
    {
      name: 'build metadata',
      path: '/tarballs/foo-1.0.0%2Bbuild.tar',
      want: artifact('foo', '1.0.0+build', 'tar', 'foo-1.0.0+build.tar'),
    },
    {
      name: 'the public repository by name',
      path: '/repos/hexpm/tarballs/phoenix-1.7.10.tar',
      want: artifact('phoenix', '1.7.10', 'tar', 'phoenix-1.7.10.tar'),
    },
    {
      name: "an organisation's repository",
      path: '/repos/acme/tarballs/phoenix-1.7.10.tar',
      want: artifact('acme/phoenix', '1.7.10', 'tar', 'phoenix-1.7.10.tar'),
    },
    { name: 'versions', path: '/packages/phoenix', want: index('phoenix') },
    { name: 'versions in a repository', path: '/repos/acme/packages/phoenix', want: index('acme/phoenix') },
    { name: 'a placeholder', path: '/tarballs/{package1}-0.0.1.tar', want: 'other' },
    { name: 'documentation', path: '/docs/phoenix-1.7.10.tar.gz', want: 'other' },
    { name: 'version that is none', path: '/tarballs/phoenix-main.tar', want: 'other' },
    { name: 'something else', path: '/some/other/thing', want: 'other' },
    {
      name: 'signature',
      path: '/tarballs/phoenix-1.7.10.tar.sig',
      want: sidecar('phoenix', '1.7.10', 'tar', 'phoenix-1.7.10.tar.sig'),
    },
    { name: 'name too long', path: `/tarballs/${long}-1.0.0.tar`, want: 'malformed' },
    { name: 'control character', path: '/tarballs/a%7F-1.0.0.tar', want: 'malformed' },
    { name: 'not UTF-8', path: '/repos/%FE/tarballs/a-1.0.0.tar', want: 'malformed' },
  ]));
