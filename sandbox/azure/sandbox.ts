import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import type { Devops } from '../devops/devops.ts';
import { startDevops } from '../devops/devops.ts';
import type { Authority } from '../http/certificates.ts';
import { createAuthority } from '../http/certificates.ts';
import type { FaultRule, Faults } from '../http/faults.ts';
import { createFaults } from '../http/faults.ts';
import type { Handler } from '../http/tls-server.ts';
import { listenTls } from '../http/tls-server.ts';
import type { Arm } from './arm/server.ts';
import { createArm } from './arm/server.ts';
import { startDns } from './dns/server.ts';
import type { Entra } from './entra/entra.ts';
import { startEntra } from './entra/entra.ts';
import { startGuests, verifyAny, type GuestTenant } from './entra/guests.ts';
import { anyHolds, parseAddress } from './network/cidr.ts';
import type { Network } from './network/network.ts';
import { startNetwork } from './network/network.ts';
import type { Misbehaviour } from './registry/misbehaviour.ts';
import type { Registry, RegistryOptions } from './registry/registry.ts';
import { createRegistry } from './registry/registry.ts';
import { PublicRegistries } from './services/public-registries.ts';
import { Registries } from './services/registries.ts';
import { createServices } from './services/services.ts';

export interface SandboxOptions {
  /** Folder for the root certificate; made if absent. */
  directory: string;
  tenantId?: string;
  /** Besides the default one, which always exists. */
  subscriptions?: readonly { id: string; name: string }[];
  /** Further tenants; the sandbox's owner has no rights there. */
  guests?: readonly GuestTenant[];
  /** Where the agent is inside the estate; 127.10.0.68 if absent. */
  agentAddress?: string;
  /** Gives every server a fixed port, see `portsFrom`; free ports if absent. */
  portBase?: number;
  /** Declared port of private endpoints to the port that is opened; 443 to 10443, 22 to 10022. */
  endpointPorts?: Readonly<Record<number, number>>;
  dns?: { host: string; port: number };
  /** Further addresses where the same DNS answers. */
  dnsExtra?: readonly { host: string; port: number }[];
  faults?: readonly FaultRule[];
  /** What all registries do wrong. */
  misbehaviour?: Misbehaviour;
  /** Seconds that Entra's access tokens are good for. */
  tokenLifetime?: number;
  /** Seconds that clients are told instead; longer ones are refused before they expect it. */
  toldLifetime?: number;
  /** Milliseconds that a long-running operation takes; 25 if absent. */
  pace?: number;
  /** Seconds that Resource Manager tells clients to wait between polls; 1 if absent. */
  retryAfter?: number;
  /** One line for each private address that changes its state; silent if absent. */
  log?: (line: string) => void;
}

/** What a client needs to know to use a sandbox; all values are printed by the command. */
export interface SandboxInfo {
  /** Base URL of Azure Resource Manager. */
  arm: string;
  /** Base URL of Entra. */
  authority: string;
  /** Login server of a registry outside the private networks, `localhost:P`. */
  registry: string;
  /** `address:port`, UDP and TCP. */
  dns: string;
  /** Value of SYSTEM_OIDCREQUESTURI of a job that may use `serviceConnectionId`. */
  oidc: string;
  /** PEM file of the root certificate. */
  ca: string;
  tenantId: string;
  subscriptionId: string;
  /** An application with a secret, and a federated credential for `serviceConnectionId`. */
  clientId: string;
  clientSecret: string;
  systemAccessToken: string;
  serviceConnectionId: string;
}

export interface Sandbox {
  info: SandboxInfo;
  authority: Authority;
  entra: Entra;
  /** Identity providers of the further tenants. */
  guests: readonly Entra[];
  arm: Arm;
  devops: Devops;
  network: Network;
  /** The registry at `info.registry`. */
  registry: Registry;
  /** The registries that the estate's resources are. */
  registries: Registries;
  faults: Faults;
  /** Ends every server, connection and thread. */
  stop(): Promise<void>;
}

const defaultTenant = '00000000-0000-4000-8000-0000000000ff';
const defaultSubscription = { id: '00000000-0000-4000-8000-000000000001', name: 'sandbox' };
/** Address .4 of the hub's second subnet, in the examples' loopback networks. */
const defaultAgent = '127.10.0.68';
const connectionName = 'sandbox';
const publicArmAudiences: readonly string[] = [
  'https://management.azure.com',
  'https://management.core.windows.net',
];

/** Where each server listens if `portBase` is given. */
export function portsFrom(base: number): {
  arm: number;
  entra: number;
  oidc: number;
  registry: number;
  dns: number;
  endpoints: Record<number, number>;
} {
  return {
    arm: base + 1,
    entra: base + 2,
    oidc: base + 3,
    registry: base + 4,
    dns: base + 53,
    endpoints: { 443: base + 443, 22: base + 22 },
  };
}

/**
 * Starts a cloud on this machine: identity, resource manager, registries, DNS, private network.
 * @throws Error of the system for a port that is taken, or for an agent without an IPv4 address;
 * nothing is left running then
 */
export async function startSandbox(o: SandboxOptions): Promise<Sandbox> {
  const closers: (() => Promise<void> | void)[] = [];
  const stop = async (): Promise<void> => {
    for (const close of closers.splice(0).reverse()) await close();
  };
  try {
    return await start(o, closers, stop);
  } catch (error) {
    await stop();
    throw error;
  }
}

async function start(
  o: SandboxOptions,
  closers: (() => Promise<void> | void)[],
  stop: () => Promise<void>,
): Promise<Sandbox> {
  const tenantId = o.tenantId ?? defaultTenant;
  const agentAddress = o.agentAddress ?? defaultAgent;
  const agent = parseAddress(agentAddress);
  if (agent === undefined) throw new Error(`the agent's '${agentAddress}' is not an IPv4 address`);
  await mkdir(o.directory, { recursive: true });
  const ports = o.portBase === undefined ? undefined : portsFrom(o.portBase);
  const authority = await createAuthority(o.directory);
  const faults = createFaults(o.faults);
  const certificate = await authority.issue(['localhost', '127.0.0.1']);
  const listen = async (name: string, port: number, handler: Handler): Promise<string> => {
    const host = '127.0.0.1';
    const listener = await listenTls({ host, port, certificate, handler, faults, name });
    closers.push(() => listener.close());
    return listener.url;
  };

  const lifetimes = {
    ...(o.tokenLifetime === undefined ? {} : { tokenLifetime: o.tokenLifetime }),
    ...(o.toldLifetime === undefined ? {} : { toldLifetime: o.toldLifetime }),
  };
  const shared = { authority, faults, ...lifetimes };
  const entra = await startEntra({ ...shared, tenantId, port: ports?.entra ?? 0 });
  closers.push(() => entra.close());
  const guests = await startGuests(o.guests ?? [], shared, closers);
  const devops = await startDevops({ authority, port: ports?.oidc ?? 0, faults });
  closers.push(() => devops.close());
  entra.trustIssuer(devops.issuer, devops.publicJwk);

  const armAudiences = [...publicArmAudiences];
  const subscriptions = [
    defaultSubscription,
    ...(o.subscriptions ?? []).filter(({ id }) => id !== defaultSubscription.id),
  ];
  const publicRegistries = await PublicRegistries.open(listen);
  const arm = createArm({
    tenantId,
    subscriptions: [
      ...subscriptions,
      ...(o.guests ?? []).flatMap((guest) =>
        guest.subscriptions.map((each) => ({ ...each, tenantId: guest.tenantId })),
      ),
    ],
    authenticate: (token) => verifyAny([entra, ...guests], token, armAudiences),
    loopback: anyHolds(['127.0.0.0/8'], agent),
    ...(o.pace === undefined ? {} : { pace: o.pace }),
    ...(o.retryAfter === undefined ? {} : { retryAfter: o.retryAfter }),
    loginServer: (name, sku) =>
      sku === 'Premium' ? undefined : publicRegistries.loginServer(name),
  });
  closers.push(() => {
    arm.stop();
  });
  const armUrl = await listen('arm', ports?.arm ?? 0, arm.handler);
  armAudiences.push(armUrl);
  for (const each of [entra, ...guests]) each.addResource(armUrl);

  const identify = (token: string, audiences: readonly string[]): string | undefined =>
    entra.verify(token, audiences)?.objectId;
  const misbehaviour = o.misbehaviour === undefined ? {} : { misbehaviour: o.misbehaviour };
  const registries = new Registries(arm.store, {
    identify,
    isAllowed: arm.isAllowed,
    armAudiences,
    ...misbehaviour,
  });
  publicRegistries.attach(arm.store, registries);
  const registry = await startPublicRegistry(listen, ports?.registry ?? 0, {
    identify: (token) => identify(token, ['https://containerregistry.azure.net', ...armAudiences]),
    isAllowed: (objectId, action) =>
      arm.isAllowed(objectId, action, `/subscriptions/${defaultSubscription.id}`),
    ...misbehaviour,
  });

  const network = await startNetwork(arm.store, {
    agentAddress,
    ports: o.endpointPorts ?? ports?.endpoints ?? { 443: 10443, 22: 10022 },
    authority,
    services: createServices({ entra, registries }),
    faults,
    log: o.log ?? (() => undefined),
  });
  closers.push(() => network.stop());

  const dnsAt = o.dns ?? { host: '127.0.0.1', port: ports?.dns ?? 0 };
  const dns: string[] = [];
  for (const at of [dnsAt, ...(o.dnsExtra ?? [])]) {
    const server = await startDns(arm.store, { ...at, agentAddress });
    closers.push(() => server.close());
    dns.push(`${server.host}:${String(server.port)}`);
  }

  const serviceConnectionId = randomUUID();
  const job = devops.registerJob([{ id: serviceConnectionId, name: connectionName }]);
  const application = entra.addApplication({
    name: 'sandbox-owner',
    secret: randomUUID(),
    federated: [{ issuer: devops.issuer, subject: devops.subjectOf(connectionName) }],
  });
  for (const { id } of subscriptions) {
    arm.assignRole(application.objectId, 'Owner', `/subscriptions/${id}`);
  }
  await network.settled();

  return {
    info: {
      arm: armUrl,
      authority: entra.authorityUrl,
      registry: registry.loginServer,
      dns: dns[0] ?? '',
      oidc: job.oidcRequestUri,
      ca: authority.caFile,
      tenantId,
      subscriptionId: subscriptions[0]?.id ?? '',
      clientId: application.clientId,
      clientSecret: application.secret ?? '',
      systemAccessToken: job.accessToken,
      serviceConnectionId,
    },
    authority,
    entra,
    guests,
    arm,
    devops,
    network,
    registry,
    registries,
    faults,
    stop,
  };
}

/** A registry that needs no private network: its login server is the listener itself. */
async function startPublicRegistry(
  listen: (name: string, port: number, handler: Handler) => Promise<string>,
  port: number,
  rights: Omit<RegistryOptions, 'loginServer'>,
): Promise<Registry> {
  // The login server holds the port, which is known once something listens.
  const started: { registry?: Registry } = {};
  const url = await listen('registry', port, (request, response) => {
    if (started.registry === undefined) throw new Error('the registry is starting');
    return started.registry.handler(request, response);
  });
  started.registry = createRegistry({ ...rights, loginServer: new URL(url).host });
  return started.registry;
}
