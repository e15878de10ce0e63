import { stat } from 'node:fs/promises';
import { SpokelineError } from '../../lib/errors.ts';
import type { TaskContext } from '../../lib/host/context.ts';
import type { Resolver } from '../../lib/net/resolve.ts';
import type { ImageSource } from '../../lib/oci/image.ts';
import { parsePlatform } from '../../lib/oci/platform.ts';
import { atOnce } from '../../lib/oci/pool.ts';
import { RegistrySession } from '../../lib/oci/session.ts';
import { readArchive } from '../../lib/oci/source/archive.ts';
import { readLayout } from '../../lib/oci/source/layout.ts';
import { dockerHub, sameAuthority, wholeRegistryOf } from '../../lib/oci/registry-name.ts';
import { parseReference, registryPrefix } from '../../lib/oci/source/reference.ts';
import type { ImageReference } from '../../lib/oci/source/reference.ts';
import { readRegistry } from '../../lib/oci/source/registry.ts';
import { SourceHosts } from '../../lib/oci/source/source-hosts.ts';
import type { SourceWish } from '../../lib/oci/source/wish.ts';
import type { RegistryTarget } from '../../lib/oci/target.ts';
import type { Inputs } from './inputs.ts';
import { loginFor } from './login.ts';
import type { Identity } from './login.ts';

/** Where the image is to go, and how names are resolved. */
interface Place {
  readonly target: RegistryTarget;
  readonly resolver: Resolver;
}

/**
 * The image that the inputs name: a folder, an archive, or another registry's. Whoever opens it
 * closes it.
 *
 * @throws SpokelineError IMAGE_…; of another registry also REGISTRY_…
 */
export async function openSource(
  inputs: Inputs,
  place: Place,
  context: TaskContext,
  signal: AbortSignal,
): Promise<ImageSource> {
  const { source, image, platform, referrers } = inputs;
  const wish: SourceWish = {
    ...(image === undefined ? {} : { image }),
    platforms: platform.map(parsePlatform),
    referrers,
  };
  if (source.startsWith(registryPrefix)) {
    return openRegistry(parseReference(source), inputs, place, wish, context, signal);
  }
  const status = await stat(source).catch(() => undefined);
  if (status === undefined) throw noSource(`${source} does not exist`);
  if (status.isDirectory()) return readLayout(source, wish);
  // A pipe would be waited for, a device has no end.
  if (!status.isFile()) throw noSource(`${source} is neither a folder nor a file`);
  const { log, agent } = context;
  const spool = { folder: agent.tempDirectory, announce: (text: string) => log.info(text) };
  return readArchive(source, wish, spool, signal);
}

function noSource(what: string): SpokelineError {
  return new SpokelineError('IMAGE_INVALID', `Source ${what}`, {
    hint: 'source is an OCI layout folder, an image archive, or docker://HOST/REPOSITORY:TAG.',
  });
}

async function openRegistry(
  reference: ImageReference,
  inputs: Inputs,
  { target, resolver }: Place,
  wish: SourceWish,
  context: TaskContext,
  signal: AbortSignal,
): Promise<ImageSource> {
  const { loginServer, repository } = reference;
  const { log, clock } = context;
  const hosts = new SourceHosts({
    resolver,
    target,
    connections: atOnce(inputs.concurrency),
    ...(inputs.sourcePrivate ? { networks: target.networks } : {}),
  });
  // The same identity goes there as to the target, and so by the same rule.
  const isSame = wholeRegistryOf(loginServer) === wholeRegistryOf(target.loginServer);
  const networks = isSame || inputs.sourcePrivate ? target.networks : undefined;
  try {
    const registry = await hosts.open(loginServer, signal, networks);
    log.info(`Source ${[loginServer, ...registry.chain, registry.address].join(' -> ')}`);
    const declared = [...inputs.sourceTokenHosts, ...(isSame ? inputs.tokenHosts : [])];
    const tokenHosts = declared.map(sameAuthority);
    if (loginServer === dockerHub.registry) tokenHosts.push(dockerHub.tokens);
    const tokenHttp = new Map(
      await Promise.all(
        tokenHosts.map(
          async (host) => [host, (await hosts.open(host, signal, networks)).http] as const,
        ),
      ),
    );
    const session = new RegistrySession({
      http: registry.http,
      login: loginFor(identityOf(inputs, isSame), registry, tokenHttp, context),
      path: registry,
      scopes: [`repository:${repository}:pull`],
      tokenHosts,
      clock,
      onThrottled: (ms) => log.info(`${loginServer} throttles; waiting ${Math.ceil(ms / 1000)} s`),
    });
    const reader = { session, follow: hosts.follow, close: () => hosts.close() };
    return await readRegistry(reference, wish, reader, signal);
  } catch (error) {
    hosts.close();
    throw error;
  }
}

/** Who reads the source: its own connection, or in the same registry whoever pushes. */
function identityOf(inputs: Inputs, isSame: boolean): Identity {
  const azureSubscription = inputs.sourceAzureSubscription;
  const containerRegistry = inputs.sourceContainerRegistry;
  const isGiven = azureSubscription !== undefined || containerRegistry !== undefined;
  return isSame && !isGiven ? inputs : { azureSubscription, containerRegistry };
}
