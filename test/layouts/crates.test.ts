import { describe } from 'vitest';
import { crates } from '../../shared/layouts/crates.ts';
import { artifact, index, sidecar, testPaths } from './table.ts';

const long = 'a'.repeat(201);

describe('crates', () =>
  testPaths(crates, [
    {
      name: 'as static.crates.io has it',
      path: '/crates/bindgen/bindgen-0.65.1.crate',
      want: artifact('bindgen', '0.65.1', 'crate', 'bindgen-0.65.1.crate'),
    },
    {
      name: 'case and dashes fold',
      path: '/crates/Hyper-Rustls/Hyper-Rustls-0.24.2.crate',
      want: artifact('hyper_rustls', '0.24.2', 'crate', 'Hyper-Rustls-0.24.2.crate'),
    },
    {
      name: 'build metadata',
      path: '/crates/zstd-sys/zstd-sys-2.0.8+zstd.1.5.5.crate',
      want: artifact('zstd_sys', '2.0.8+zstd.1.5.5', 'crate', 'zstd-sys-2.0.8+zstd.1.5.5.crate'),
    },
    {
      name: 'build metadata, encoded',
      path: '/crates/zstd-sys/zstd-sys-2.0.8%2Bzstd.1.5.5.crate',
      want: artifact('zstd_sys', '2.0.8+zstd.1.5.5', 'crate', 'zstd-sys-2.0.8+zstd.1.5.5.crate'),
    },
    {
      name: 'build metadata with a dash',
      path: '/crates/tikv-jemalloc-sys/tikv-jemalloc-sys-0.5.4%2B5.3.0-patched.crate',
      want: artifact(
        'tikv_jemalloc_sys',
        '0.5.4+5.3.0-patched',
        'crate',
        'tikv-jemalloc-sys-0.5.4+5.3.0-patched.crate',
      ),
    },
    {
      name: 'pre-release',
      path: '/crates/rand/rand-0.9.0-alpha.1.crate',
      want: artifact('rand', '0.9.0-alpha.1', 'crate', 'rand-0.9.0-alpha.1.crate'),
    },
    {
      name: 'name that ends in a number',
      path: '/crates/md-5/md-5-0.10.6.crate',
      want: artifact('md_5', '0.10.6', 'crate', 'md-5-0.10.6.crate'),
    },
    {
      name: 'short download link',
      path: '/crates/serde/1.0.0/download',
      want: artifact('serde', '1.0.0', 'crate', 'serde-1.0.0.crate'),
    },
    {
      name: 'download link',
      path: '/api/v1/crates/zstd-sys/2.0.8%2Bzstd.1.5.5/download',
      want: artifact('zstd_sys', '2.0.8+zstd.1.5.5', 'crate', 'zstd-sys-2.0.8+zstd.1.5.5.crate'),
    },
    { name: 'version that is none', path: '/crates/serde/latest/download', want: 'other' },
    { name: 'file of another crate', path: '/crates/serde/rand-1.0.0.crate', want: 'other' },
    { name: 'readme', path: '/readmes/bindgen/bindgen-0.65.1.html', want: 'other' },
    { name: 'crate page', path: '/crates/serde', want: 'other' },
    {
      name: 'checksum',
      path: '/crates/serde/serde-1.0.0.crate.sha256',
      want: sidecar('serde', '1.0.0', 'crate', 'serde-1.0.0.crate.sha256'),
    },
    { name: 'sparse index', path: '/se/rd/serde-json', want: index('serde_json') },
    { name: 'sparse index of one letter', path: '/index/1/a', want: index('a') },
    { name: 'sparse index of two', path: '/2/cc', want: index('cc') },
    { name: 'sparse index of three', path: '/3/s/syn', want: index('syn') },
    { name: 'sparse index in the wrong folder', path: '/se/rx/serde', want: 'other' },
    { name: 'name too long', path: `/crates/${long}/${long}-1.0.0.crate`, want: 'malformed' },
    { name: 'control character', path: '/crates/a%0Ab/a%0Ab-1.0.0.crate', want: 'malformed' },
    { name: 'not UTF-8', path: '/crates/serde/serde-1.0.0%FF.crate', want: 'malformed' },
  ]));
