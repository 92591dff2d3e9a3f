import { describe } from 'vitest';
import { debian } from '../../shared/layouts/debian.ts';
import { artifact, sidecar, testPaths } from './table.ts';

const long = 'a'.repeat(201);

describe('debian', () =>
  testPaths(debian, [
    {
      name: 'package',
      path: '/debian/pool/main/c/curl/curl_8.5.0-2_amd64.deb',
      want: artifact('curl', '8.5.0-2', 'deb', 'curl_8.5.0-2_amd64.deb'),
    },
    {
      name: 'package of a source of another name',
      path: '/debian/pool/main/c/curl/libcurl4_8.5.0-2_arm64.deb',
      want: artifact('libcurl4', '8.5.0-2', 'deb', 'libcurl4_8.5.0-2_arm64.deb'),
    },
    {
      name: 'for every machine',
      path: '/ubuntu/pool/universe/p/py/python3-foo_1.0~rc1-1ubuntu2_all.deb',
      want: artifact('python3-foo', '1.0~rc1-1ubuntu2', 'deb', 'python3-foo_1.0~rc1-1ubuntu2_all.deb'),
    },
    {
      name: 'plus signs, encoded',
      path: '/debian/pool/main/g/gcc/libstdc%2b%2b6_13.2.0-9%2bb1_amd64.deb',
      want: artifact('libstdc++6', '13.2.0-9+b1', 'deb', 'libstdc++6_13.2.0-9+b1_amd64.deb'),
    },
    {
      name: 'epoch, encoded',
      path: '/pool/stable/docker-ce_5%3a24.0.7-1_amd64.deb',
      want: artifact('docker-ce', '5:24.0.7-1', 'deb', 'docker-ce_5:24.0.7-1_amd64.deb'),
    },
    {
      name: "installer's package",
      path: '/debian/pool/main/c/curl/curl_8.5.0-2_amd64.udeb',
      want: artifact('curl', '8.5.0-2', 'udeb', 'curl_8.5.0-2_amd64.udeb'),
    },
    {
      name: 'debug package',
      path: '/debian/pool/main/c/curl/curl-dbgsym_8.5.0-2_amd64.ddeb',
      want: artifact('curl-dbgsym', '8.5.0-2', 'ddeb', 'curl-dbgsym_8.5.0-2_amd64.ddeb'),
    },
    {
      name: 'source',
      path: '/debian/pool/main/c/curl/curl_8.5.0.orig.tar.gz',
      want: artifact('curl', '8.5.0', 'source', 'curl_8.5.0.orig.tar.gz'),
    },
    {
      name: 'packaging',
      path: '/debian/pool/main/c/curl/curl_8.5.0-2.debian.tar.xz',
      want: artifact('curl', '8.5.0-2', 'source', 'curl_8.5.0-2.debian.tar.xz'),
    },
    {
      name: 'native source',
      path: '/debian/pool/main/c/curl/dpkg_1.22.tar.xz',
      want: artifact('dpkg', '1.22', 'source', 'dpkg_1.22.tar.xz'),
    },
    {
      name: 'description',
      path: '/debian/pool/main/c/curl/curl_8.5.0-2.dsc',
      want: sidecar('curl', '8.5.0-2', 'source', 'curl_8.5.0-2.dsc'),
    },
    {
      name: 'signature',
      path: '/debian/pool/main/c/curl/curl_8.5.0.orig.tar.gz.asc',
      want: sidecar('curl', '8.5.0', 'source', 'curl_8.5.0.orig.tar.gz.asc'),
    },
    { name: 'list of packages', path: '/debian/dists/stable/main/binary-amd64/Packages.gz', want: 'other' },
    { name: 'outside the pool', path: '/files/lumberjack/lumberjack_0.1.1_amd64.deb', want: 'other' },
    { name: 'the folder', path: '/debian/pool/main/c/curl/', want: 'other' },
    { name: 'name too long', path: `/debian/pool/main/c/curl/${long}_1.0_all.deb`, want: 'malformed' },
    { name: 'control character', path: '/debian/pool/main/c/curl/cu%01rl_1.0_all.deb', want: 'malformed' },
    { name: 'not UTF-8', path: '/debian/pool/main/c/curl/curl_1.0_all%E0.deb', want: 'malformed' },
  ]));
