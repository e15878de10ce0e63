import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { SpokelineError } from '../../lib/errors.ts';
import type { ClientCertificate } from '../../lib/net/tls.ts';

/** Reads a PEM file with a certificate and its private key. Throws INPUT_INVALID for anything else. */
export async function readClientCertificate(file: string): Promise<ClientCertificate> {
  try {
    const text = await readFile(file, 'utf8');
    const certificate = new X509Certificate(text);
    if (!certificate.checkPrivateKey(createPrivateKey(text))) {
      throw new Error('the private key is not that of the certificate');
    }
    return { cert: text, key: text };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const message = `Input "clientCertificate" is ${file}: ${reason}`;
    throw new SpokelineError('INPUT_INVALID', `${message}.`, {
      hint: 'It has to be a PEM file with the certificate and its private key, without a passphrase.',
      details: [{ target: 'clientCertificate', message }],
      cause: error,
    });
  }
}
