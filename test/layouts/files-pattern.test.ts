import { describe, expect, test } from 'vitest';
import { filesLayout } from '../../shared/layouts/files.ts';
import { artifact, index, testPaths } from './table.ts';

describe('a pattern with a version and a folder of any name', () =>
  testPaths(filesLayout('/<any>/<project>/releases/download/<version>/<file>'), [
    {
      name: 'the folder is the version',
      path: '/acme/tool/releases/download/v2.0/tool-linux.tar.gz',
      want: artifact('tool', 'v2.0', 'tar.gz', 'tool-linux.tar.gz'),
    },
    { name: 'the folder is asked for', path: '/acme/tool/releases/download/v2.0/', want: index('tool') },
    { name: 'other text', path: '/acme/tool/releases/view/v2.0/tool-linux.tar.gz', want: 'other' },
    { name: 'malformed version', path: '/acme/tool/releases/download/%00/tool.zip', want: 'malformed' },
    {
      name: 'version too long',
      path: `/acme/tool/releases/download/${'1'.repeat(201)}/tool.zip`,
      want: 'malformed',
    },
  ]));

test.each([
  { pattern: 'files/<project>/<file>', fault: 'must start with "/"' },
  { pattern: '/files/<file>', fault: 'no <project>' },
  { pattern: '/<project>/files', fault: 'must end with /<file>' },
  { pattern: '/<file>/<project>', fault: 'must end with /<file>' },
  { pattern: '/<project>/<project>/<file>', fault: 'names a part twice' },
  { pattern: '/<project>/v<version>/<file>', fault: 'as whole segments' },
  { pattern: '/<name>/<file>', fault: 'as whole segments' },
])('refuses the pattern $pattern: $fault', ({ pattern, fault }) => {
  expect(() => filesLayout(pattern)).toThrow(fault);
});
