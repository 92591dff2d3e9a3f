import { describe } from 'vitest';
import { conda } from '../../shared/layouts/conda.ts';
import { artifact, sidecar, testPaths } from './table.ts';

const long = 'a'.repeat(201);

describe('conda', () =>
  testPaths(conda, [
    {
      name: 'package',
      path: '/conda-forge/linux-64/numpy-1.26.4-py312heda63a1_0.conda',
      want: artifact('numpy', '1.26.4', 'conda', 'numpy-1.26.4-py312heda63a1_0.conda'),
    },
    {
      name: 'older archive',
      path: '/conda-forge/noarch/python-dateutil-2.8.2-pyhd8ed1ab_0.tar.bz2',
      want: artifact('python-dateutil', '2.8.2', 'tar.bz2', 'python-dateutil-2.8.2-pyhd8ed1ab_0.tar.bz2'),
    },
    {
      name: 'defaults',
      path: '/pkgs/main/osx-arm64/openssl-3.0.12-h1a28f6b_0.conda',
      want: artifact('openssl', '3.0.12', 'conda', 'openssl-3.0.12-h1a28f6b_0.conda'),
    },
    {
      name: 'private name and epoch',
      path: '/conda-forge/win-64/_openmp_mutex-1%214.5-2_gnu.tar.bz2',
      want: artifact('_openmp_mutex', '1!4.5', 'tar.bz2', '_openmp_mutex-1!4.5-2_gnu.tar.bz2'),
    },
    {
      name: 'case folds',
      path: '/me/linux-64/Foo-1.0-0.conda',
      want: artifact('foo', '1.0', 'conda', 'Foo-1.0-0.conda'),
    },
    { name: 'index of the channel', path: '/conda-forge/linux-64/repodata.json.zst', want: 'other' },
    { name: 'no build', path: '/conda-forge/linux-64/numpy-1.26.4.conda', want: 'other' },
    { name: 'no such platform', path: '/conda-forge/files/numpy-1.26.4-0.conda', want: 'other' },
    {
      name: 'checksum',
      path: '/c/noarch/a-1-0.conda.sha256',
      want: sidecar('a', '1', 'conda', 'a-1-0.conda.sha256'),
    },
    { name: 'name too long', path: `/c/noarch/${long}-1.0-0.conda`, want: 'malformed' },
    { name: 'control character', path: '/c/noarch/a%1F-1.0-0.conda', want: 'malformed' },
    { name: 'not UTF-8', path: '/c/noarch/%ED%A0%80-1.0-0.conda', want: 'malformed' },
  ]));
