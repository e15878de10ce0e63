import { mkdir, writeFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import path from 'node:path';
import { generate } from 'selfsigned';

/** A leaf certificate with its chain, and its private key, both PEM. */
export interface Certificate {
  cert: string;
  key: string;
}

/** The certificate authority of one sandbox run. */
export interface Authority {
  /** PEM file of the root, for NODE_EXTRA_CA_CERTS and its likes. */
  caFile: string;
  caPem: string;
  /** A certificate for exactly these DNS names and IP addresses; the same list gives the same one. */
  issue(names: readonly string[], validity?: Validity): Promise<Certificate>;
}

/** Dates of a leaf; a test of expiry gives a range that has passed. */
export interface Validity {
  notBefore: Date;
  notAfter: Date;
}

const day = 24 * 60 * 60 * 1000;

/**
 * Makes a new root (ECDSA P-256) and writes its certificate to `<directory>/ca.pem`. The root's
 * private key stays in memory: it ends with the run.
 */
export async function createAuthority(directory: string): Promise<Authority> {
  const root = await generate([{ name: 'commonName', value: 'Spokeline sandbox root' }], {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    ...dates(lifetime()),
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  await mkdir(directory, { recursive: true });
  const caFile = path.join(directory, 'ca.pem');
  await writeFile(caFile, root.cert);

  const issued = new Map<string, Promise<Certificate>>();

  async function sign(names: readonly string[], validity: Validity): Promise<Certificate> {
    const leaf = await generate([{ name: 'commonName', value: commonName(names) }], {
      keyType: 'ec',
      curve: 'P-256',
      algorithm: 'sha256',
      ...dates(validity),
      ca: { key: root.private, cert: root.cert },
      extensions: [
        { name: 'basicConstraints', cA: false, critical: true },
        { name: 'keyUsage', digitalSignature: true, critical: true },
        { name: 'extKeyUsage', serverAuth: true },
        {
          name: 'subjectAltName',
          altNames: names.map((name) =>
            isIP(name) === 0 ? { type: 2, value: name } : { type: 7, ip: name },
          ),
        },
      ],
    });
    return { cert: leaf.cert + '\n' + root.cert, key: leaf.private };
  }

  return {
    caFile,
    caPem: root.cert,
    issue(names, validity) {
      if (names.length === 0) {
        return Promise.reject(new Error('a certificate needs at least one name'));
      }
      if (validity !== undefined) return sign(names, validity);
      const key = [...names].sort().join(' ');
      const known = issued.get(key);
      if (known !== undefined) return known;
      const made = sign(names, lifetime());
      issued.set(key, made);
      return made;
    },
  };
}

function lifetime(): Validity {
  const now = Date.now();
  return { notBefore: new Date(now - day), notAfter: new Date(now + 90 * day) };
}

function dates(validity: Validity): { notBeforeDate: Date; notAfterDate: Date } {
  return { notBeforeDate: validity.notBefore, notAfterDate: validity.notAfter };
}

/** X.520 bounds a common name at 64 characters; clients read the alternative names anyway. */
function commonName(names: readonly string[]): string {
  return (names[0] ?? '').slice(0, 64);
}
