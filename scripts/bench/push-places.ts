/** Who listens where in the push suite. */
export interface PushServer {
  /** Of every server on `places`: an estate on loopback maps 443 to one port. */
  readonly port: number;
  /** Name server, `address:port`. */
  readonly dns: string;
  readonly caFile: string;
  readonly caPem: string;
  /** PEM files of a certificate for all names and addresses. */
  readonly certificate: string;
  readonly key: string;
  readonly authorityUrl: string;
  readonly tenantId: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

/** Addresses by what listens there. */
export const places = {
  registry: '127.113.0.101',
  delayed: '127.113.0.102',
  counted: '127.113.0.103',
  tokens: '127.113.0.104',
  delayedTokens: '127.113.0.105',
  behindDelay: '127.113.0.106',
  behindCount: '127.113.0.107',
  plain: '127.113.0.108',
} as const;

/** Registries by the name that the task resolves. */
export const names = {
  'crbench.azurecr.io': places.registry,
  'crdelay.azurecr.io': places.delayed,
  'crcount.azurecr.io': places.counted,
} as const;

export const user = { name: 'bench', password: 'bench-password' };
/** For the header of a client without an Entra identity. */
export const basic = Buffer.from(`${user.name}:${user.password}`).toString('base64');
