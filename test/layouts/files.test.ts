import { describe } from 'vitest';
import { files } from '../../shared/layouts/files.ts';
import { artifact, index, sidecar, testPaths } from './table.ts';

const long = 'a'.repeat(201);

describe('files', () =>
  testPaths(files, [
    {
      name: 'archive',
      path: '/files/xboxproxy/proxy-2.1.tar.gz',
      want: artifact('xboxproxy', '2.1', 'tar.gz', 'proxy-2.1.tar.gz'),
    },
    {
      name: 'version, then words',
      path: '/files/logstash/logstash-1.3.2-monolithic.jar',
      want: artifact('logstash', '1.3.2', 'jar', 'logstash-1.3.2-monolithic.jar'),
    },
    {
      name: 'pre-release',
      path: '/files/logstash/logstash-1.1.1-rc2-monolithic.jar',
      want: artifact('logstash', '1.1.1-rc2', 'jar', 'logstash-1.1.1-rc2-monolithic.jar'),
    },
    {
      name: 'pre-release in one',
      path: '/files/fpm/fpm-0.4.2rc1.gem',
      want: artifact('fpm', '0.4.2rc1', 'gem', 'fpm-0.4.2rc1.gem'),
    },
    {
      name: 'long version',
      path: '/files/xdotool/xdotool-2.20101014.3063.tar.gz',
      want: artifact('xdotool', '2.20101014.3063', 'tar.gz', 'xdotool-2.20101014.3063.tar.gz'),
    },
    {
      name: "Debian's underscores",
      path: '/files/lumberjack/lumberjack_0.1.1_amd64.deb',
      want: artifact('lumberjack', '0.1.1', 'deb', 'lumberjack_0.1.1_amd64.deb'),
    },
    {
      name: 'date',
      path: '/files/fastest_sites/fastest_sites-20110317.py',
      want: artifact('fastest_sites', '20110317', 'other', 'fastest_sites-20110317.py'),
    },
    {
      name: 'platform is no version',
      path: '/files/tool/tool-linux-x86_64-v2.0.1.zip',
      want: artifact('tool', '2.0.1', 'zip', 'tool-linux-x86_64-v2.0.1.zip'),
    },
    {
      name: 'version alone',
      path: '/files/tool/1.2.3.zip',
      want: artifact('tool', '1.2.3', 'zip', '1.2.3.zip'),
    },
    {
      name: 'no version',
      path: '/files/dynamic-dns-with-dhcp/dhcpd.conf',
      want: artifact('dynamic-dns-with-dhcp', '', 'other', 'dhcpd.conf'),
    },
    { name: 'no ending', path: '/files/hello/hello_c', want: artifact('hello', '', 'other', 'hello_c') },
    {
      name: 'a percent sign, encoded',
      path: '/files/logstash/logstash-%25',
      want: artifact('logstash', '', 'other', 'logstash-%'),
    },
    {
      name: 'a percent sign that encodes nothing',
      path: '/files/tool/100%-1.0.zip',
      want: artifact('tool', '1.0', 'zip', '100%-1.0.zip'),
    },
    {
      name: 'any script of the world',
      path: '/files/outil/%C3%A9t%C3%A9-1.0.zip',
      want: artifact('outil', '1.0', 'zip', 'été-1.0.zip'),
    },
    {
      name: 'checksum',
      path: '/files/tool/tool-1.0.zip.sha256',
      want: sidecar('tool', '1.0', 'zip', 'tool-1.0.zip.sha256'),
    },
    { name: 'folder', path: '/files/logstash/', want: index('logstash') },
    { name: 'folder as a page', path: '/files/logstash/index.html', want: index('logstash') },
    { name: 'deeper', path: '/files/xdotool/docs/html/xdo_8h.html', want: 'other' },
    { name: 'not deep enough', path: '/files/bingerpc.py', want: 'other' },
    { name: 'elsewhere', path: '/blog/xdotool/xdotool-1.0.zip', want: 'other' },
    { name: 'hidden', path: '/files/.git/config', want: 'other' },
    { name: 'a step up', path: '/files/%2E%2E/passwd', want: 'other' },
    { name: 'a step up in the name', path: '/files/tool/..%2Fpasswd', want: 'other' },
    { name: 'name too long', path: `/files/${long}/a-1.0.zip`, want: 'malformed' },
    { name: 'control character', path: '/files/tool/a%00.zip', want: 'malformed' },
    { name: 'turned around', path: '/files/tool/a%E2%80%AEgnp.zip', want: 'malformed' },
    { name: 'not UTF-8', path: '/files/%C0%AE/a.zip', want: 'malformed' },
  ]));
