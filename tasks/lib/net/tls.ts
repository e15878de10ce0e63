import {
  checkServerIdentity,
  connect,
  type DetailedPeerCertificate,
  type PeerCertificate,
} from 'node:tls';
import { classOf, connectTcp, type ConnectClass } from './connect.ts';

export type HandshakeClass =
  | ConnectClass
  | 'handshake'
  | 'certificate-name'
  | 'certificate-untrusted'
  | 'certificate-expired'
  | 'tls-alert';

export interface HandshakeOptions {
  readonly address: string;
  readonly port: number;
  /** The name that is asked for and that the certificate has to carry. */
  readonly servername: string;
  /** For connecting and the handshake together. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** Instead of the authorities this process trusts (NODE_EXTRA_CA_CERTS included), PEM. */
  readonly ca?: string | readonly string[];
}

/**
 * `handshake` is the good end: a trusted certificate of the right name. What the certificate says is told for
 * bad ends too. `certificate-name` comes before `certificate-untrusted` and `certificate-expired`: it shows
 * that another endpoint was reached.
 */
export interface Handshake {
  readonly class: HandshakeClass;
  readonly ms: number;
  /** `TLSv1.3` and so on. */
  readonly protocol?: string;
  readonly issuer?: string;
  readonly subjectAltNames?: string[];
  /** Whole days until the certificate expires; negative once it has. */
  readonly daysLeft?: number;
  /** Common names from the server's certificate up to the last one known. */
  readonly chain?: string[];
  /** OpenSSL's word for the fault. */
  readonly reason?: string;
}

function joined(names: PeerCertificate['subject'] | undefined): string {
  const name: string | string[] | undefined = names?.CN ?? names?.O;
  return Array.isArray(name) ? name.join(', ') : (name ?? '');
}

function chainOf(leaf: DetailedPeerCertificate): string[] {
  const names: string[] = [];
  const seen = new Set<string>();
  let current: DetailedPeerCertificate | undefined = leaf;
  while (current?.fingerprint256 && !seen.has(current.fingerprint256)) {
    seen.add(current.fingerprint256);
    names.push(joined(current.subject));
    current = current.issuerCertificate;
  }
  return names;
}

function certificateClass(reason: string): HandshakeClass {
  return reason === 'CERT_HAS_EXPIRED' || reason === 'CERT_NOT_YET_VALID'
    ? 'certificate-expired'
    : 'certificate-untrusted';
}

/** Connects to an address and shakes hands as a client of `servername` would. Rejects only with the signal's reason. */
export async function handshake(options: HandshakeOptions): Promise<Handshake> {
  const { address, port, servername, timeoutMs, signal, ca } = options;
  const started = performance.now();
  const ms = () => Math.round(performance.now() - started);
  const tcp = await connectTcp({ address, port, timeoutMs, signal, keep: true });
  if (!tcp.socket) return { class: tcp.class, ms: tcp.ms };
  const { socket } = tcp;
  return new Promise((resolve, reject) => {
    const end = (settle: () => void) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      secure.destroy();
      socket.destroy();
      settle();
    };
    const onAbort = () => end(() => reject(signal.reason as Error));
    const timer = setTimeout(
      () => end(() => resolve({ class: 'timeout', ms: ms() })),
      Math.max(1, timeoutMs - ms()),
    );
    signal.addEventListener('abort', onAbort);
    socket.on('error', () => {});
    const secure = connect({
      socket,
      servername,
      // Judged below: a bad certificate is a finding here, and one wants to see what it says. No data is sent.
      rejectUnauthorized: false,
      ...(ca === undefined ? {} : { ca: typeof ca === 'string' ? ca : [...ca] }),
    });
    secure.on('error', (error: NodeJS.ErrnoException) => {
      const alert = error.code?.startsWith('ERR_SSL') ?? false;
      end(() =>
        resolve({
          class: alert ? 'tls-alert' : classOf(error),
          ms: ms(),
          reason: error.code ?? error.message,
        }),
      );
    });
    secure.on('close', () => end(() => resolve({ class: 'reset', ms: ms() })));
    secure.once('secureConnect', () => {
      const leaf = secure.getPeerCertificate(true);
      const wrongName = checkServerIdentity(servername, leaf);
      const fault = secure.authorized ? undefined : String(secure.authorizationError);
      const result = wrongName
        ? 'certificate-name'
        : fault === undefined
          ? 'handshake'
          : certificateClass(fault);
      const expires = Date.parse(leaf.valid_to);
      const answer: Handshake = {
        class: result,
        ms: ms(),
        protocol: secure.getProtocol() ?? 'unknown',
        issuer: joined(leaf.issuer),
        subjectAltNames: (leaf.subjectaltname ?? '').split(', ').filter((name) => name !== ''),
        daysLeft: Math.floor((expires - Date.now()) / 86_400_000),
        chain: chainOf(leaf),
        ...(fault === undefined ? {} : { reason: fault }),
      };
      end(() => resolve(answer));
    });
  });
}
