import { describe } from 'vitest';
import { pypi } from '../../shared/layouts/pypi.ts';
import { artifact, index, sidecar, testPaths } from './table.ts';

const digest = '/packages/ba/c8/a928c55457441c87366eb2423efca9aa0f46380994fd8a476153493c319a/';
const long = 'a'.repeat(201);

describe('pypi', () =>
  testPaths(pypi, [
    {
      name: 'sdist by content address',
      path: `${digest}cfn_flip-1.0.3.tar.gz`,
      want: artifact('cfn-flip', '1.0.3', 'sdist', 'cfn_flip-1.0.3.tar.gz'),
    },
    {
      name: 'wheel',
      path: `${digest}numpy-1.26.4-cp312-cp312-manylinux_2_17_x86_64.manylinux2014_x86_64.whl`,
      want: artifact(
        'numpy',
        '1.26.4',
        'bdist_wheel',
        'numpy-1.26.4-cp312-cp312-manylinux_2_17_x86_64.manylinux2014_x86_64.whl',
      ),
    },
    {
      name: 'wheel with a build tag',
      path: `${digest}foo-1.0-1-py3-none-any.whl`,
      want: artifact('foo', '1.0', 'bdist_wheel', 'foo-1.0-1-py3-none-any.whl'),
    },
    {
      name: 'wheel whose name was not escaped',
      path: `${digest}foo-bar-1.0-py3-none-any.whl`,
      want: artifact('foo-bar', '1.0', 'bdist_wheel', 'foo-bar-1.0-py3-none-any.whl'),
    },
    {
      name: 'wheel of a local version, encoded',
      path: `${digest}torch-2.2.0%2Bcu121-cp311-cp311-linux_x86_64.whl`,
      want: artifact('torch', '2.2.0+cu121', 'bdist_wheel', 'torch-2.2.0+cu121-cp311-cp311-linux_x86_64.whl'),
    },
    { name: 'wheel with too few tags', path: `${digest}foo-1.0-any.whl`, want: 'other' },
    {
      name: 'PEP 503 folds runs of separators',
      path: `${digest}Foo__Bar.Baz-1.0.tar.gz`,
      want: artifact('foo-bar-baz', '1.0', 'sdist', 'Foo__Bar.Baz-1.0.tar.gz'),
    },
    {
      name: 'sdist whose name has dashes',
      path: `${digest}foo-bar-1.0.tar.gz`,
      want: artifact('foo-bar', '1.0', 'sdist', 'foo-bar-1.0.tar.gz'),
    },
    {
      name: 'sdist whose name has a number',
      path: `${digest}python-3parclient-4.2.tar.gz`,
      want: artifact('python-3parclient', '4.2', 'sdist', 'python-3parclient-4.2.tar.gz'),
    },
    {
      name: 'sdist with a dash in its version',
      path: `${digest}foo-bar-1.0-beta.zip`,
      want: artifact('foo-bar', '1.0-beta', 'sdist', 'foo-bar-1.0-beta.zip'),
    },
    {
      name: 'sdist of an implicit post release',
      path: `${digest}foo-1.0-2.tgz`,
      want: artifact('foo', '1.0-2', 'sdist', 'foo-1.0-2.tgz'),
    },
    {
      name: 'sdist with an epoch',
      path: `${digest}foo-1%212.0.tar.bz2`,
      want: artifact('foo', '1!2.0', 'sdist', 'foo-1!2.0.tar.bz2'),
    },
    {
      name: 'sdist of a version nobody understands',
      path: `${digest}foo-bar-master.tar.gz`,
      want: artifact('foo-bar', 'master', 'sdist', 'foo-bar-master.tar.gz'),
    },
    { name: 'sdist without version', path: `${digest}foo.tar.gz`, want: 'other' },
    {
      name: 'name that looks like a platform',
      path: `${digest}foo.linux-1.0.tar.gz`,
      want: artifact('foo-linux', '1.0', 'sdist', 'foo.linux-1.0.tar.gz'),
    },
    {
      name: 'dumb binary',
      path: `${digest}foo-1.0.linux-x86_64.tar.gz`,
      want: artifact('foo', '1.0', 'bdist_dumb', 'foo-1.0.linux-x86_64.tar.gz'),
    },
    {
      name: 'dumb binary for macOS',
      path: `${digest}foo-bar-1.0.1.macosx-10.9-intel.tar.gz`,
      want: artifact('foo-bar', '1.0.1', 'bdist_dumb', 'foo-bar-1.0.1.macosx-10.9-intel.tar.gz'),
    },
    {
      name: 'egg',
      path: `${digest}setuptools-0.6c11-py2.7.egg`,
      want: artifact('setuptools', '0.6c11', 'bdist_egg', 'setuptools-0.6c11-py2.7.egg'),
    },
    {
      name: 'egg with a platform',
      path: `${digest}foo_bar-1.0-py3.6-linux-x86_64.egg`,
      want: artifact('foo-bar', '1.0', 'bdist_egg', 'foo_bar-1.0-py3.6-linux-x86_64.egg'),
    },
    {
      name: 'Windows installer',
      path: `${digest}foo-bar-1.0.win-amd64-py2.7.exe`,
      want: artifact('foo-bar', '1.0', 'bdist_wininst', 'foo-bar-1.0.win-amd64-py2.7.exe'),
    },
    {
      name: 'Windows installer for any Python',
      path: `${digest}foo-1.0.win32.exe`,
      want: artifact('foo', '1.0', 'bdist_wininst', 'foo-1.0.win32.exe'),
    },
    {
      name: 'msi',
      path: `${digest}foo-1.0.win32-py3.4.msi`,
      want: artifact('foo', '1.0', 'bdist_msi', 'foo-1.0.win32-py3.4.msi'),
    },
    {
      name: 'rpm',
      path: `${digest}foo-bar-1.0-1.noarch.rpm`,
      want: artifact('foo-bar', '1.0', 'bdist_rpm', 'foo-bar-1.0-1.noarch.rpm'),
    },
    {
      name: 'source rpm',
      path: `${digest}foo-1.0-1.src.rpm`,
      want: artifact('foo', '1.0', 'bdist_rpm', 'foo-1.0-1.src.rpm'),
    },
    {
      name: 'disk image',
      path: `${digest}foo-1.0-py2.7-macosx10.9.dmg`,
      want: artifact('foo', '1.0', 'bdist_dmg', 'foo-1.0-py2.7-macosx10.9.dmg'),
    },
    {
      name: 'Debian package',
      path: `${digest}python-foo_1.0-1_all.deb`,
      want: artifact('python-foo', '1.0', 'bdist_dumb', 'python-foo_1.0-1_all.deb'),
    },
    { name: 'something else beside', path: `${digest}foo-1.0.txt`, want: 'other' },
    {
      name: 'PEP 658 metadata',
      path: `${digest}foo-1.0-py3-none-any.whl.metadata`,
      want: sidecar('foo', '1.0', 'bdist_wheel', 'foo-1.0-py3-none-any.whl.metadata'),
    },
    {
      name: 'signature',
      path: `${digest}foo-1.0.tar.gz.asc`,
      want: sidecar('foo', '1.0', 'sdist', 'foo-1.0.tar.gz.asc'),
    },
    {
      name: 'signature by another name',
      path: `${digest}foo-1.0.tar.gz.sig`,
      want: sidecar('foo', '1.0', 'sdist', 'foo-1.0.tar.gz.sig'),
    },
    {
      name: 'checksum',
      path: `${digest}foo-1.0.tar.gz.sha256`,
      want: sidecar('foo', '1.0', 'sdist', 'foo-1.0.tar.gz.sha256'),
    },
    {
      name: 'PEP 740 provenance',
      path: `${digest}foo-1.0-py3-none-any.whl.provenance`,
      want: sidecar('foo', '1.0', 'bdist_wheel', 'foo-1.0-py3-none-any.whl.provenance'),
    },
    { name: 'metadata of nothing', path: `${digest}.metadata`, want: 'other' },
    {
      name: 'path before content addresses',
      path: '/packages/source/n/numpy/numpy-1.9.0.zip',
      want: artifact('numpy', '1.9.0', 'sdist', 'numpy-1.9.0.zip'),
    },
    {
      name: 'wheel of that time',
      path: '/packages/cp27/n/numpy/numpy-1.9.0-cp27-none-win32.whl',
      want: artifact('numpy', '1.9.0', 'bdist_wheel', 'numpy-1.9.0-cp27-none-win32.whl'),
    },
    {
      name: 'its folder tells where the project ends',
      path: '/packages/2.7/z/zope.interface-3/zope.interface-3-4.1.tar.gz',
      want: artifact('zope-interface-3', '4.1', 'sdist', 'zope.interface-3-4.1.tar.gz'),
    },
    {
      name: 'its folder knows better than the file',
      path: '/packages/source/P/PIL/Imaging-1.1.6.tar.gz',
      want: artifact('pil', '1.1.6', 'sdist', 'Imaging-1.1.6.tar.gz'),
    },
    {
      name: "a PEP 381 mirror's statistics",
      path: '/packages/any/p/Foo_Bar/foo.tar.gz',
      want: artifact('foo-bar', '', 'sdist', 'foo.tar.gz'),
    },
    {
      name: "a mirror's prefix",
      path: `/pypi${digest}cfn_flip-1.0.3.tar.gz`,
      want: artifact('cfn-flip', '1.0.3', 'sdist', 'cfn_flip-1.0.3.tar.gz'),
    },
    {
      name: 'another',
      path: `/pypi/web${digest}cfn_flip-1.0.3.tar.gz`,
      want: artifact('cfn-flip', '1.0.3', 'sdist', 'cfn_flip-1.0.3.tar.gz'),
    },
    {
      name: 'a relative link, unresolved',
      path: `/simple/..${digest}cfn_flip-1.0.3.tar.gz`,
      want: artifact('cfn-flip', '1.0.3', 'sdist', 'cfn_flip-1.0.3.tar.gz'),
    },
    { name: 'a digest that is none', path: '/packages/ba/c8/a928/cfn_flip-1.0.3.tar.gz', want: 'other' },
    { name: 'the folder itself', path: `${digest}`, want: 'other' },
    { name: 'simple index', path: '/simple/Foo.Bar/', want: index('foo-bar') },
    { name: 'simple index without its slash', path: '/simple/foo', want: index('foo') },
    { name: 'simple index as a file', path: '/mirror/simple/foo/index.html', want: index('foo') },
    { name: 'list of all projects', path: '/simple/', want: 'other' },
    { name: 'JSON of a project', path: '/pypi/Foo/json', want: index('foo') },
    { name: 'JSON of a version', path: '/pypi/foo/1.0/json', want: index('foo') },
    { name: 'project page', path: '/project/foo/', want: 'other' },
    { name: 'name that is none', path: '/simple/-/', want: 'other' },
    { name: 'index of a name too long', path: `/simple/${long}/`, want: 'malformed' },
    { name: 'name too long', path: `${digest}${long}-1.0.tar.gz`, want: 'malformed' },
    { name: 'control character', path: `${digest}foo%00-1.0.tar.gz`, want: 'malformed' },
    { name: 'not UTF-8', path: `${digest}foo%FF-1.0.tar.gz`, want: 'malformed' },
    {
      name: 'folder with a control character',
      path: '/packages/source/f/f%0Aoo/foo-1.0.tar.gz',
      want: 'malformed',
    },
    { name: 'a slash in the file name', path: `${digest}foo%2Fbar-1.0.tar.gz`, want: 'other' },
  ]));
