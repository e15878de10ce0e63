import { tokenSource } from '../../lib/azure/credential.ts';
import { registryLogin } from '../../lib/azure/registry-token.ts';
import { SpokelineError } from '../../lib/errors.ts';
import type { TaskContext } from '../../lib/host/context.ts';
import { connectTcp } from '../../lib/net/connect.ts';
import { resolverFor } from '../../lib/net/resolve.ts';
import { withDeadline } from '../../lib/oci/deadline.ts';
import { readLayout } from '../../lib/oci/source/layout.ts';
import type { ImageSource } from '../../lib/oci/image.ts';
import { mountSource } from '../../lib/oci/mount.ts';
import { pinnedRegistry } from '../../lib/oci/pinned-http.ts';
import { judgePath } from '../../lib/oci/private-path.ts';
import type { PathEvidence } from '../../lib/oci/private-path.ts';
import { pushImage } from '../../lib/oci/push.ts';
import type { PushResult } from '../../lib/oci/push.ts';
import { loginServerOf } from '../../lib/oci/reference.ts';
import { RegistrySession } from '../../lib/oci/session.ts';
import { cloudSuffixes, declaredNetworks, dialledPort } from '../../lib/topology/model.ts';
import { readTopology } from '../../lib/topology/read.ts';
import type { Inputs } from './inputs.ts';

/** An endpoint that does not answer within this time will not do so for a layer either. */
const connectMs = 10_000;

/** Where to push, and what counts as private. */
interface Target {
  readonly loginServer: string;
  readonly networks: readonly string[];
  readonly resolvers: readonly string[];
  readonly loopback: boolean;
  readonly port: number;
}

/** Pushes an image; sets digest, reference and evidence. */
export async function run(inputs: Inputs, context: TaskContext): Promise<void> {
  const started = context.clock.now();
  const layout = await readLayout(inputs.source);
  const { log, clock, signal } = context;
  log.info(`Image ${layout.root.digest}: ${layout.blobs.size} blobs, ${size(bytesOf(layout))}`);
  const target = await targetOf(inputs);
  let doing = 'resolving the registry';
  const { path, result } = await withDeadline(
    inputs.timeout * 1000,
    clock,
    signal,
    () => doing,
    async (either) => {
      const found = await privatePath(target, context, either);
      await reach(found, target.port, either);
      doing = `pushing to ${found.loginServer}`;
      const pushed = await push(inputs, layout, found, target.port, context, either);
      return { path: found, result: pushed };
    },
  );
  report(inputs, path, result, clock.now() - started, context);
}

async function targetOf(inputs: Inputs): Promise<Target> {
  const topology =
    inputs.topology === undefined
      ? undefined
      : await readTopology(inputs.topology, inputs.overlays);
  const suffix = cloudSuffixes(topology?.cloud ?? 'public').registry;
  const loginServer =
    inputs.registry === undefined
      ? topology?.registry?.loginServer
      : loginServerOf(inputs.registry, suffix);
  if (loginServer === undefined) {
    throw new SpokelineError('INPUT_INVALID', 'The topology has no registry', {
      hint: 'Set the input registry, or registry: in the topology.',
    });
  }
  if (topology === undefined) {
    const { networks, resolvers } = inputs;
    return { loginServer, networks, resolvers, loopback: false, port: 443 };
  }
  const port = dialledPort(topology, 443);
  if (port === undefined) {
    throw new SpokelineError('TOPOLOGY_INVALID', 'The loopback overlay maps no port for 443', {
      hint: 'Add 443 to its ports; what listens on 443 of this machine is another program.',
    });
  }
  return {
    loginServer,
    networks: declaredNetworks(topology),
    resolvers: topology.hub.dns.resolvers,
    loopback: topology.loopback,
    port,
  };
}

async function privatePath(
  target: Target,
  { log, issue }: TaskContext,
  signal: AbortSignal,
): Promise<PathEvidence> {
  const resolver = resolverFor(target);
  const [system, witnesses] = await Promise.all([
    resolver.resolve(target.loginServer, signal),
    resolver.witnesses(target.loginServer, signal),
  ]);
  const path = judgePath(target.loginServer, system, witnesses, target.networks);
  log.info(`Private path: ${[path.loginServer, ...path.chain, path.address].join(' -> ')}`);
  for (const finding of path.findings)
    issue('warning', finding, { code: 'REGISTRY_RESOLVERS_DISAGREE' });
  return path;
}

/** Tells a dropped packet from a slow registry before any work is done. */
async function reach(path: PathEvidence, port: number, signal: AbortSignal): Promise<void> {
  const { address, loginServer } = path;
  const seen = await connectTcp({ address, port, timeoutMs: connectMs, signal });
  if (seen.class === 'connected') return;
  const hint = {
    timeout:
      'Packets are dropped on the way: look at the security groups and routes of the agent and of the ' +
      "endpoint's subnet, the peering between them, and the firewall. NetworkGate@1 tells more.",
    refused: 'Nothing listens there: the record may point at an endpoint that was deleted.',
    reset: 'A device on the way broke the connection off.',
    unreachable: 'The agent has no route to that address.',
  }[seen.class];
  throw new SpokelineError(
    'REGISTRY_REQUEST',
    `${loginServer} (${address}) cannot be reached: ${seen.class}; nothing was sent`,
    { hint },
  );
}

async function push(
  inputs: Inputs,
  layout: ImageSource,
  path: PathEvidence,
  port: number,
  context: TaskContext,
  signal: AbortSignal,
): Promise<PushResult> {
  const { log, clock } = context;
  const { repository, tags, concurrency, azureSubscription } = inputs;
  const registry = pinnedRegistry(path, port, concurrency * 2);
  const mountFrom = mountSource(layout, path.loginServer, repository);
  const scopes = [`repository:${repository}:pull,push`];
  if (mountFrom !== undefined) scopes.push(`repository:${mountFrom}:pull`);
  const login = registryLogin({
    tokens: tokenSource(azureSubscription),
    tenantId: azureSubscription.tenantId,
    http: registry.http,
    path,
    mask: (secret) => context.mask(secret),
  });
  const onThrottled = (ms: number): void =>
    log.info(`${path.loginServer} throttles; waiting ${Math.ceil(ms / 1000)} s`);
  const session = new RegistrySession({
    http: registry.http,
    login,
    path,
    scopes,
    clock,
    onThrottled,
  });
  try {
    return await pushImage(
      layout,
      { repository, tags, ...(mountFrom === undefined ? {} : { mountFrom }) },
      session,
      {
        concurrency,
        signal,
        onBlob: (blob, outcome, done, all) => {
          log.info(`Blob ${done}/${all} ${blob.digest} (${size(blob.size)}): ${outcome}`);
          log.progress(Math.floor((done / all) * 95), `Pushing ${repository}`);
        },
        onManifest: (digest, tag) =>
          log.info(`Manifest ${digest}${tag === undefined ? '' : ` as ${tag}`}`),
      },
    );
  } finally {
    registry.close();
  }
}

function report(
  { repository, tags }: Inputs,
  path: PathEvidence,
  result: PushResult,
  ms: number,
  { log, setOutput }: TaskContext,
): void {
  const reference = `${path.loginServer}/${repository}@${result.digest}`;
  const { uploaded, skipped, mounted } = result.blobs;
  const evidence = {
    schemaVersion: 1,
    reference,
    tags,
    loginServer: path.loginServer,
    address: path.address,
    chain: path.chain,
    witnesses: path.witnesses.map(({ source, addresses, chain, error }) => ({
      source,
      addresses,
      chain,
      ...(error === undefined ? {} : { error }),
    })),
    findings: path.findings,
    unchanged: result.unchanged,
    blobs: { uploaded, skipped, mounted },
    bytes: result.bytesSent,
    requests: result.requests,
    ms,
  };
  setOutput('digest', result.digest);
  setOutput('reference', reference);
  setOutput('evidence', JSON.stringify(evidence));
  log.info(
    result.unchanged
      ? `Nothing to do: ${reference} is there already`
      : `Pushed ${reference}: ${uploaded} blobs uploaded, ${skipped} there already, ${mounted} ` +
          `mounted; ${size(result.bytesSent)} in ${(ms / 1000).toFixed(1)} s`,
  );
}

function bytesOf(layout: ImageSource): number {
  return [...layout.blobs.values()].reduce((sum, blob) => sum + blob.size, 0);
}

function size(bytes: number): string {
  if (bytes < 1024) return `${bytes} bytes`;
  const mebibytes = bytes / 1024 / 1024;
  return mebibytes < 1 ? `${(bytes / 1024).toFixed(1)} KiB` : `${mebibytes.toFixed(1)} MiB`;
}
