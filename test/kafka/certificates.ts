import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { skippedFor } from '../missing-tool.ts';

/** A certificate and its key, PEM. */
export interface Certificate {
  readonly certificate: string;
  readonly key: string;
}

/** Why none can be made here; undefined where they can. Throws in CI. */
export const whyNoCertificates: string | undefined = skippedFor(findOut());

function findOut(): string | undefined {
  const { stdout } = spawnSync('openssl', ['version'], { encoding: 'utf8' });
  return stdout?.startsWith('OpenSSL 3') ? undefined : 'OpenSSL 3 is not on the PATH';
}

const ELLIPTIC = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

/** A certificate authority of its own in `folder`, and certificates for 127.0.0.1 by it. */
export function authorityIn(folder: string, name: string) {
  const openssl = (...args: string[]) => void execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
  const read = (file: string) => readFileSync(join(folder, file), 'utf8');
  const own = ['-keyout', `${name}.key`, '-out', `${name}.pem`, '-days', '2'];
  openssl('req', '-x509', ...ELLIPTIC, ...own, '-subj', `/CN=${name}`);
  return {
    certificate: read(`${name}.pem`),
    /** Valid for `days` from now on; expired where that is negative. */
    issue(subject: string, days: number): Certificate {
      const request = ['-keyout', `${subject}.key`, '-out', `${subject}.csr`, '-subj', `/CN=${subject}`];
      openssl('req', ...ELLIPTIC, ...request, '-addext', 'subjectAltName=IP:127.0.0.1');
      const by = [
        '-CA',
        `${name}.pem`,
        '-CAkey',
        `${name}.key`,
        '-CAcreateserial',
        '-copy_extensions',
        'copy',
      ];
      const files = ['-in', `${subject}.csr`, '-out', `${subject}.pem`];
      openssl('x509', '-req', ...files, ...by, '-days', String(days));
      return { certificate: read(`${subject}.pem`), key: read(`${subject}.key`) };
    },
  };
}
