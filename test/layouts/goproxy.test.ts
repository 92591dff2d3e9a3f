import { describe } from 'vitest';
import { goproxy } from '../../shared/layouts/goproxy.ts';
import { artifact, index, sidecar, testPaths } from './table.ts';

const long = 'a'.repeat(201);

describe('goproxy', () =>
  testPaths(goproxy, [
    {
      name: 'module',
      path: '/golang.org/x/net/@v/v0.20.0.zip',
      want: artifact('golang.org/x/net', 'v0.20.0', 'zip', 'v0.20.0.zip'),
    },
    {
      name: 'capitals',
      path: '/github.com/!burnt!sushi/toml/@v/v1.3.2.zip',
      want: artifact('github.com/BurntSushi/toml', 'v1.3.2', 'zip', 'v1.3.2.zip'),
    },
    {
      name: 'pseudo-version',
      path: '/golang.org/x/exp/@v/v0.0.0-20240112132812-db7319d0e0e3.zip',
      want: artifact(
        'golang.org/x/exp',
        'v0.0.0-20240112132812-db7319d0e0e3',
        'zip',
        'v0.0.0-20240112132812-db7319d0e0e3.zip',
      ),
    },
    {
      name: 'incompatible',
      path: '/github.com/docker/docker/@v/v24.0.7%2Bincompatible.zip',
      want: artifact('github.com/docker/docker', 'v24.0.7+incompatible', 'zip', 'v24.0.7+incompatible.zip'),
    },
    {
      name: "behind a proxy's folder",
      path: '/goproxy/golang.org/x/net/@v/v0.20.0.zip',
      want: artifact('golang.org/x/net', 'v0.20.0', 'zip', 'v0.20.0.zip'),
    },
    {
      name: 'go.mod',
      path: '/golang.org/x/net/@v/v0.20.0.mod',
      want: sidecar('golang.org/x/net', 'v0.20.0', 'zip', 'v0.20.0.mod'),
    },
    {
      name: 'time of a version',
      path: '/golang.org/x/net/@v/v0.20.0.info',
      want: sidecar('golang.org/x/net', 'v0.20.0', 'zip', 'v0.20.0.info'),
    },
    { name: 'versions', path: '/golang.org/x/net/@v/list', want: index('golang.org/x/net') },
    { name: 'latest', path: '/golang.org/x/net/@latest', want: index('golang.org/x/net') },
    { name: 'version that is none', path: '/golang.org/x/net/@v/master.zip', want: 'other' },
    { name: 'no host', path: '/net/@v/v0.20.0.zip', want: 'other' },
    { name: 'checksum database', path: '/sumdb/sum.golang.org/latest', want: 'other' },
    { name: 'name too long', path: `/example.com/${long}/@v/v1.0.0.zip`, want: 'malformed' },
    { name: 'control character', path: '/example.com/a%02/@v/v1.0.0.zip', want: 'malformed' },
    { name: 'not UTF-8', path: '/example.com/%A0/@v/v1.0.0.zip', want: 'malformed' },
  ]));
