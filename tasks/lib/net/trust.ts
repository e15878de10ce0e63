import { readFile } from 'node:fs/promises';
import * as tls from 'node:tls';
import type { SecureContext } from 'node:tls';
import type { ClientCertificate } from './tls.ts';

/** Where distributions keep the system's authorities; the first that is there counts: https://go.dev/src/crypto/x509/root_linux.go */
const bundles = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem',
  '/etc/ssl/cert.pem',
];

/**
 * The authorities that a client trusts: Node's own if none are given. Contexts are made once, since reading some
 * hundred certificates takes as long as a dozen handshakes.
 */
export class Trust {
  readonly #authorities: readonly string[];
  readonly #contexts = new Map<ClientCertificate | undefined, SecureContext>();

  /** @param authorities PEM, instead of Node's own */
  constructor(authorities: readonly string[] = []) {
    this.#authorities = authorities;
  }

  /** For connections in which the client shows this certificate, or none. */
  context(client?: ClientCertificate): SecureContext {
    const known = this.#contexts.get(client);
    if (known !== undefined) return known;
    const made = tls.createSecureContext({
      ...(this.#authorities.length === 0 ? {} : { ca: [...this.#authorities] }),
      ...client,
    });
    this.#contexts.set(client, made);
    return made;
  }
}

/**
 * Node's own authorities, those of the operating system, which Node does not read by itself, and those of
 * NODE_EXTRA_CA_CERTS. A bundle in SSL_CERT_FILE takes the place of the system's, as it does for OpenSSL.
 */
export async function systemTrust(environment: Readonly<Record<string, string>>): Promise<Trust> {
  const own = environment['SSL_CERT_FILE'];
  const system = await firstOf(own === undefined ? bundles : [own]);
  const extra = environment['NODE_EXTRA_CA_CERTS'];
  const further = extra === undefined ? undefined : await firstOf([extra]);
  const found = [system ?? systemStore(), further].filter((text) => text !== undefined);
  return found.length === 0 ? new Trust() : new Trust([...tls.rootCertificates, ...found]);
}

async function firstOf(files: readonly string[]): Promise<string | undefined> {
  for (const file of files) {
    // As for Node and OpenSSL, a bundle that cannot be read is none.
    const text = await readFile(file, 'utf8').catch(() => undefined);
    if (text !== undefined) return text;
  }
  return undefined;
}

/** The store of Windows or macOS, which Node can read from 22.15 on. */
function systemStore(): string | undefined {
  const { getCACertificates } = tls as { getCACertificates?: (type: 'system') => string[] };
  return getCACertificates?.('system').join('\n');
}
