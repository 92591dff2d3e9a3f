import { expect, test } from 'vitest';
import { readFileVersion } from '../../shared/layouts/file-version.ts';

const cases = [
  { file: 'xdotool-2.20101014.3063.tar.gz', want: '2.20101014.3063' },
  { file: 'logstash-1.1.0beta6-monolithic.jar', want: '1.1.0beta6' },
  { file: 'logstash-1.1.1-rc2-monolithic.jar', want: '1.1.1-rc2' },
  { file: 'tool-1.0-SNAPSHOT.jar', want: '1.0-SNAPSHOT' },
  { file: 'lumberjack_0.0.24_amd64.deb', want: '0.0.24' },
  { file: 'fex-20070729.tar.gz', want: '20070729' },
  { file: 'tool-v3.zip', want: '3' },
  { file: 'tool-linux-x86_64.tar.gz', want: '' },
  { file: 'tool-win32.exe', want: '' },
  { file: 'tool_arm64_1.2.3.tar.xz', want: '1.2.3' },
  { file: '7zip.exe', want: '' },
  { file: 'xdo_8h', want: '8h' },
  { file: 'semicomplete.com.access', want: '' },
  { file: '', want: '' },
];

test.each(cases)('the version in $file is "$want"', ({ file, want }) => {
  expect(readFileVersion(file)).toBe(want);
});
