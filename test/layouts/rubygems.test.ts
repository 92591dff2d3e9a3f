import { describe } from 'vitest';
import { rubygems } from '../../shared/layouts/rubygems.ts';
import { artifact, index, sidecar, testPaths } from './table.ts';

const long = 'a'.repeat(201);

describe('rubygems', () =>
  testPaths(rubygems, [
    {
      name: 'gem',
      path: '/gems/rails-7.1.2.gem',
      want: artifact('rails', '7.1.2', 'gem', 'rails-7.1.2.gem'),
    },
    {
      name: 'as Fastly logs it',
      path: '/production.s3.rubygems.org/gems/bundler-1.10.6.gem',
      want: artifact('bundler', '1.10.6', 'gem', 'bundler-1.10.6.gem'),
    },
    {
      name: 'platform',
      path: '/gems/json-1.8.3-java.gem',
      want: artifact('json', '1.8.3', 'gem', 'json-1.8.3-java.gem'),
    },
    {
      name: 'dash in the name and a platform',
      path: '/gems/a-b-1.0-java.gem',
      want: artifact('a-b', '1.0', 'gem', 'a-b-1.0-java.gem'),
    },
    {
      name: 'platform of three',
      path: '/gems/nokogiri-1.16.0-x86_64-linux-musl.gem',
      want: artifact('nokogiri', '1.16.0', 'gem', 'nokogiri-1.16.0-x86_64-linux-musl.gem'),
    },
    {
      name: 'platform that ends in a number',
      path: '/gems/sass-embedded-1.69.5-universal-darwin-20.gem',
      want: artifact('sass-embedded', '1.69.5', 'gem', 'sass-embedded-1.69.5-universal-darwin-20.gem'),
    },
    {
      name: 'old Windows',
      path: '/gems/hpricot-0.8.6-x86-mswin32-60.gem',
      want: artifact('hpricot', '0.8.6', 'gem', 'hpricot-0.8.6-x86-mswin32-60.gem'),
    },
    {
      name: 'new Windows',
      path: '/gems/ffi-1.16.3-x64-mingw-ucrt.gem',
      want: artifact('ffi', '1.16.3', 'gem', 'ffi-1.16.3-x64-mingw-ucrt.gem'),
    },
    {
      name: 'platform nobody knows',
      path: '/gems/foo-1.0-amiga-m68k.gem',
      want: artifact('foo', '1.0', 'gem', 'foo-1.0-amiga-m68k.gem'),
    },
    {
      name: 'platform in the name',
      path: '/gems/foo-java-1.0.gem',
      want: artifact('foo-java', '1.0', 'gem', 'foo-java-1.0.gem'),
    },
    {
      name: 'the longest name',
      path: '/gems/foo-1.0-2.0.gem',
      want: artifact('foo-1.0', '2.0', 'gem', 'foo-1.0-2.0.gem'),
    },
    {
      name: 'name with a number',
      path: '/gems/rack-1-test-0.2.gem',
      want: artifact('rack-1-test', '0.2', 'gem', 'rack-1-test-0.2.gem'),
    },
    {
      name: 'name keeps its case',
      path: '/gems/RedCloth-4.3.3.gem',
      want: artifact('RedCloth', '4.3.3', 'gem', 'RedCloth-4.3.3.gem'),
    },
    {
      name: 'pre-release',
      path: '/gems/rails-7.1.0.rc1.gem',
      want: artifact('rails', '7.1.0.rc1', 'gem', 'rails-7.1.0.rc1.gem'),
    },
    { name: 'no version', path: '/gems/rails.gem', want: 'other' },
    {
      name: 'specification',
      path: '/quick/Marshal.4.8/rails-7.1.2.gemspec.rz',
      want: sidecar('rails', '7.1.2', 'gem', 'rails-7.1.2.gemspec.rz'),
    },
    {
      name: 'signature',
      path: '/gems/rails-7.1.2.gem.asc',
      want: sidecar('rails', '7.1.2', 'gem', 'rails-7.1.2.gem.asc'),
    },
    { name: 'compact index', path: '/info/rails', want: index('rails') },
    { name: 'index of all', path: '/specs.4.8.gz', want: 'other' },
    { name: 'gem page', path: '/gems/rails', want: 'other' },
    { name: 'name too long', path: `/gems/${long}-1.0.gem`, want: 'malformed' },
    { name: 'control character', path: '/gems/a%07-1.0.gem', want: 'malformed' },
    { name: 'not UTF-8', path: '/info/%80', want: 'malformed' },
  ]));
