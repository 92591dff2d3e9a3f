import { describe } from 'vitest';
import { cran } from '../../shared/layouts/cran.ts';
import { artifact, sidecar, testPaths } from './table.ts';

const long = 'a'.repeat(201);

describe('cran', () =>
  testPaths(cran, [
    {
      name: 'source',
      path: '/src/contrib/ggplot2_3.4.4.tar.gz',
      want: artifact('ggplot2', '3.4.4', 'source', 'ggplot2_3.4.4.tar.gz'),
    },
    {
      name: "a mirror's prefix",
      path: '/cran/src/contrib/data.table_1.14.10.tar.gz',
      want: artifact('data.table', '1.14.10', 'source', 'data.table_1.14.10.tar.gz'),
    },
    {
      name: 'old version',
      path: '/src/contrib/Archive/MASS/MASS_7.3-59.tar.gz',
      want: artifact('MASS', '7.3-59', 'source', 'MASS_7.3-59.tar.gz'),
    },
    {
      name: 'recommended',
      path: '/src/contrib/4.3.0/Recommended/MASS_7.3-60.tar.gz',
      want: artifact('MASS', '7.3-60', 'source', 'MASS_7.3-60.tar.gz'),
    },
    {
      name: 'Windows',
      path: '/bin/windows/contrib/4.3/ggplot2_3.4.4.zip',
      want: artifact('ggplot2', '3.4.4', 'windows', 'ggplot2_3.4.4.zip'),
    },
    {
      name: 'macOS',
      path: '/bin/macosx/big-sur-arm64/contrib/4.3/ggplot2_3.4.4.tgz',
      want: artifact('ggplot2', '3.4.4', 'macos', 'ggplot2_3.4.4.tgz'),
    },
    {
      name: 'old macOS',
      path: '/bin/macosx/contrib/3.2/ggplot2_2.1.0.tgz',
      want: artifact('ggplot2', '2.1.0', 'macos', 'ggplot2_2.1.0.tgz'),
    },
    { name: 'list of packages', path: '/src/contrib/PACKAGES.gz', want: 'other' },
    { name: 'package page', path: '/web/packages/ggplot2/index.html', want: 'other' },
    {
      name: "source where Windows' are",
      path: '/bin/windows/contrib/4.3/ggplot2_3.4.4.tar.gz',
      want: 'other',
    },
    { name: 'R itself', path: '/src/base/R-4/R-4.3.2.tar.gz', want: 'other' },
    {
      name: 'checksum',
      path: '/src/contrib/ggplot2_3.4.4.tar.gz.md5',
      want: sidecar('ggplot2', '3.4.4', 'source', 'ggplot2_3.4.4.tar.gz.md5'),
    },
    { name: 'name too long', path: `/src/contrib/${long}_1.0.tar.gz`, want: 'malformed' },
    { name: 'control character', path: '/src/contrib/gg%00_1.0.tar.gz', want: 'malformed' },
    { name: 'not UTF-8', path: '/bin/windows/contrib/4.3/%FF_1.0.zip', want: 'malformed' },
  ]));
