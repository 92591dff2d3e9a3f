import { describe } from 'vitest';
import { maven } from '../../shared/layouts/maven.ts';
import { artifact, index, sidecar, testPaths } from './table.ts';

const long = 'a'.repeat(201);

describe('maven', () =>
  testPaths(maven, [
    {
      name: 'Central',
      path: '/maven2/org/apache/commons/commons-lang3/3.14.0/commons-lang3-3.14.0.jar',
      want: artifact('org.apache.commons:commons-lang3', '3.14.0', 'jar', 'commons-lang3-3.14.0.jar'),
    },
    {
      name: 'Nexus',
      path: '/repository/public/org/apache/commons/commons-lang3/3.14.0/commons-lang3-3.14.0.jar',
      want: artifact('org.apache.commons:commons-lang3', '3.14.0', 'jar', 'commons-lang3-3.14.0.jar'),
    },
    {
      name: 'old Nexus',
      path: '/nexus/content/groups/public/org/apache/commons/commons-lang3/3.14.0/commons-lang3-3.14.0.jar',
      want: artifact('org.apache.commons:commons-lang3', '3.14.0', 'jar', 'commons-lang3-3.14.0.jar'),
    },
    {
      name: 'without a prefix',
      path: '/org/apache/commons/commons-lang3/3.14.0/commons-lang3-3.14.0.jar',
      want: artifact('org.apache.commons:commons-lang3', '3.14.0', 'jar', 'commons-lang3-3.14.0.jar'),
    },
    {
      name: 'sources',
      path: '/maven2/org/apache/commons/commons-lang3/3.14.0/commons-lang3-3.14.0-sources.jar',
      want: artifact(
        'org.apache.commons:commons-lang3',
        '3.14.0',
        'sources',
        'commons-lang3-3.14.0-sources.jar',
      ),
    },
    {
      name: 'documentation',
      path: '/maven2/org/apache/commons/commons-lang3/3.14.0/commons-lang3-3.14.0-javadoc.jar',
      want: artifact(
        'org.apache.commons:commons-lang3',
        '3.14.0',
        'javadoc',
        'commons-lang3-3.14.0-javadoc.jar',
      ),
    },
    {
      name: 'another classifier',
      path: '/maven2/org/apache/commons/commons-lang3/3.14.0/commons-lang3-3.14.0-tests.jar',
      want: artifact('org.apache.commons:commons-lang3', '3.14.0', 'jar', 'commons-lang3-3.14.0-tests.jar'),
    },
    {
      name: 'Android',
      path: '/maven2/com/example/lib/1.0/lib-1.0.aar',
      want: artifact('com.example:lib', '1.0', 'aar', 'lib-1.0.aar'),
    },
    {
      name: 'archive',
      path: '/maven2/com/example/lib/1.0/lib-1.0-bin.tar.gz',
      want: artifact('com.example:lib', '1.0', 'tar.gz', 'lib-1.0-bin.tar.gz'),
    },
    {
      name: 'snapshot',
      path: '/maven2/com/example/lib/1.0-SNAPSHOT/lib-1.0-SNAPSHOT.jar',
      want: artifact('com.example:lib', '1.0-SNAPSHOT', 'jar', 'lib-1.0-SNAPSHOT.jar'),
    },
    {
      name: 'snapshot with its time',
      path: '/maven2/com/example/lib/1.0-SNAPSHOT/lib-1.0-20240102.030405-6-sources.jar',
      want: artifact('com.example:lib', '1.0-SNAPSHOT', 'sources', 'lib-1.0-20240102.030405-6-sources.jar'),
    },
    {
      name: 'description',
      path: '/maven2/org/apache/commons/commons-lang3/3.14.0/commons-lang3-3.14.0.pom',
      want: sidecar('org.apache.commons:commons-lang3', '3.14.0', 'pom', 'commons-lang3-3.14.0.pom'),
    },
    {
      name: "Gradle's description",
      path: '/maven2/org/apache/commons/commons-lang3/3.14.0/commons-lang3-3.14.0.module',
      want: sidecar('org.apache.commons:commons-lang3', '3.14.0', 'module', 'commons-lang3-3.14.0.module'),
    },
    {
      name: 'checksum',
      path: '/maven2/org/apache/commons/commons-lang3/3.14.0/commons-lang3-3.14.0.jar.sha1',
      want: sidecar('org.apache.commons:commons-lang3', '3.14.0', 'jar', 'commons-lang3-3.14.0.jar.sha1'),
    },
    {
      name: 'checksum of a signature',
      path: '/maven2/org/apache/commons/commons-lang3/3.14.0/commons-lang3-3.14.0.jar.asc.md5',
      want: sidecar('org.apache.commons:commons-lang3', '3.14.0', 'jar', 'commons-lang3-3.14.0.jar.asc.md5'),
    },
    {
      name: 'versions',
      path: '/maven2/org/apache/commons/commons-lang3/maven-metadata.xml',
      want: index('org.apache.commons:commons-lang3'),
    },
    {
      name: 'builds of a snapshot',
      path: '/maven2/com/example/lib/1.0-SNAPSHOT/maven-metadata.xml.sha1',
      want: index('com.example:lib'),
    },
    { name: 'version and folder disagree', path: '/maven2/com/example/lib/1.0/lib-2.0.jar', want: 'other' },
    { name: 'a longer version', path: '/maven2/com/example/lib/1.0/lib-1.01.jar', want: 'other' },
    { name: 'no group', path: '/lib/1.0/lib-1.0.jar', want: 'other' },
    { name: 'a script', path: '/js/app/1.0/app-1.0.js', want: 'other' },
    { name: 'name too long', path: `/maven2/com/${long}/1.0/${long}-1.0.jar`, want: 'malformed' },
    { name: 'control character', path: '/maven2/com/ex%09ample/lib/1.0/lib-1.0.jar', want: 'malformed' },
    { name: 'not UTF-8', path: '/maven2/com/example/lib/1.0/lib-1.0-%FF.jar', want: 'malformed' },
  ]));
