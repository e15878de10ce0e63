import type { Socket } from 'node:net';
import {
  checkServerIdentity,
  connect,
  type DetailedPeerCertificate,
  type PeerCertificate,
  type SecureContext,
  type SecureVersion,
  type TLSSocket,
} from 'node:tls';
import { classOf, connectTcp, type ConnectClass } from './connect.ts';

/** `silent`: the server was reached and did not finish in time; `timeout`: it was not reached. */
export type HandshakeClass =
  | ConnectClass
  | 'handshake'
  | 'silent'
  | 'certificate-name'
  | 'certificate-untrusted'
  | 'certificate-expired'
  | 'tls-alert';

/** A certificate by which a client shows who it is, PEM. */
export interface ClientCertificate {
  readonly cert: string;
  readonly key: string;
}

export interface SecureOptions {
  /** The name that is asked for and that the certificate has to carry. */
  readonly servername: string;
  /** For the handshake; with `handshake` for connecting and the handshake together. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** Instead of the authorities this process trusts (NODE_EXTRA_CA_CERTS included), PEM. */
  readonly ca?: string | readonly string[];
  /** What is trusted, and shown, instead of `ca` and `client`. */
  readonly secureContext?: SecureContext;
  /** The newest version that is offered; older ones than TLS 1.2 are offered only with it. */
  readonly newest?: SecureVersion;
  readonly client?: ClientCertificate;
  /** Keep the connection after a good end: the caller has to destroy it. */
  readonly keep?: boolean;
}

export interface HandshakeOptions extends SecureOptions {
  readonly address: string;
  readonly port: number;
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
  /** Only with `keep`, and only after the good end. */
  readonly socket?: TLSSocket;
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

/** X509 verification results that Node reports as codes: https://nodejs.org/api/tls.html#x509-certificate-error-codes */
const certificateFaults =
  /^(?:CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH|HOSTNAME_MISMATCH)/;

function certificateClass(reason: string): HandshakeClass {
  return reason === 'CERT_HAS_EXPIRED' || reason === 'CERT_NOT_YET_VALID'
    ? 'certificate-expired'
    : 'certificate-untrusted';
}

/** Connects to an address and shakes hands as a client of `servername` would. Rejects only with the signal's reason. */
export async function handshake(options: HandshakeOptions): Promise<Handshake> {
  const { address, port, timeoutMs, signal } = options;
  const tcp = await connectTcp({ address, port, timeoutMs, signal, keep: true });
  if (!tcp.socket) return { class: tcp.class, ms: tcp.ms };
  const left = Math.max(1, timeoutMs - tcp.ms);
  const seen = await secure(tcp.socket, { ...options, timeoutMs: left });
  return { ...seen, ms: seen.ms + tcp.ms };
}

/** Shakes hands over a connection, which it closes unless it is to be kept. Rejects only with the signal's reason. */
export function secure(socket: Socket, options: SecureOptions): Promise<Handshake> {
  const { servername, timeoutMs, signal, ca, secureContext, newest, client, keep } = options;
  const started = performance.now();
  const ms = () => Math.round(performance.now() - started);
  return new Promise((resolve, reject) => {
    const end = (settle: () => void, kept = false) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      if (!kept) {
        tls.destroy();
        socket.destroy();
      }
      settle();
    };
    const onAbort = () => end(() => reject(signal.reason as Error));
    const timer = setTimeout(() => end(() => resolve({ class: 'silent', ms: ms() })), timeoutMs);
    signal.addEventListener('abort', onAbort);
    socket.on('error', () => {});
    const tls = connect({
      socket,
      servername,
      // Judged below: a bad certificate is a finding here, and one wants to see what it says. No data is sent.
      rejectUnauthorized: false,
      ...(ca === undefined ? {} : { ca: typeof ca === 'string' ? ca : [...ca] }),
      ...(secureContext === undefined ? {} : { secureContext }),
      ...(newest === undefined ? {} : upTo(newest)),
      ...client,
    });
    tls.on('error', (error: NodeJS.ErrnoException) => {
      end(() =>
        resolve({ class: tlsClassOf(error), ms: ms(), reason: error.code ?? error.message }),
      );
    });
    tls.on('close', () => end(() => resolve({ class: 'reset', ms: ms() })));
    tls.once('secureConnect', () => {
      const answer = judge(tls, servername, ms());
      if (keep === true && answer.class === 'handshake') {
        tls.removeAllListeners('error').removeAllListeners('close');
        tls.on('error', () => {});
        end(() => resolve({ ...answer, socket: tls }), true);
      } else {
        end(() => resolve(answer));
      }
    });
  });
}

/** OpenSSL offers versions before 1.2 only at its lowest level of security, which this one handshake asks for. */
function upTo(newest: SecureVersion): {
  maxVersion: SecureVersion;
  minVersion?: SecureVersion;
  ciphers?: string;
} {
  if (newest !== 'TLSv1' && newest !== 'TLSv1.1') return { maxVersion: newest };
  return { maxVersion: newest, minVersion: 'TLSv1', ciphers: 'DEFAULT@SECLEVEL=0' };
}

/** What a fault of a TLS connection means. */
export function tlsClassOf(error: unknown): HandshakeClass {
  const code = (error as NodeJS.ErrnoException | undefined)?.code ?? '';
  if (code.startsWith('ERR_SSL') || code === 'EPROTO') return 'tls-alert';
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return 'certificate-name';
  return certificateFaults.test(code) ? certificateClass(code) : classOf(error);
}

function judge(tls: TLSSocket, servername: string, ms: number): Handshake {
  const leaf = tls.getPeerCertificate(true);
  const wrongName = checkServerIdentity(servername, leaf);
  const fault = tls.authorized ? undefined : String(tls.authorizationError);
  const result = wrongName
    ? 'certificate-name'
    : fault === undefined
      ? 'handshake'
      : certificateClass(fault);
  const expires = Date.parse(leaf.valid_to);
  return {
    class: result,
    ms,
    protocol: tls.getProtocol() ?? 'unknown',
    issuer: joined(leaf.issuer),
    subjectAltNames: (leaf.subjectaltname ?? '').split(', ').filter((name) => name !== ''),
    daysLeft: Math.floor((expires - Date.now()) / 86_400_000),
    chain: chainOf(leaf),
    ...(fault === undefined ? {} : { reason: fault }),
  };
}
