import { cloudOf } from '../../lib/azure/cloud.ts';
import { isPassword } from '../../lib/azure/registry-connection.ts';
import type { TaskContext } from '../../lib/host/context.ts';
import { remembered } from '../../lib/net/remembered.ts';
import { resolverFor, type Resolver } from '../../lib/net/resolve.ts';
import { withDeadline } from '../../lib/oci/deadline.ts';
import { countsOf, evidenceOf, referenceOf, sizeOf } from '../../lib/oci/evidence.ts';
import type { Pushed, PushRun } from '../../lib/oci/evidence.ts';
import type { ImageSource } from '../../lib/oci/image.ts';
import type { RegistryLogin } from '../../lib/oci/login.ts';
import { mountSource } from '../../lib/oci/mount.ts';
import { RegistryConnections } from '../../lib/oci/registry-connections.ts';
import type { PinnedEndpoint } from '../../lib/oci/registry-connections.ts';
import { pushAll } from '../../lib/oci/push.ts';
import { reach } from '../../lib/oci/reach.ts';
import { checkReplicas } from '../../lib/oci/replica-check.ts';
import type { ReplicaEvidence } from '../../lib/oci/replica-check.ts';
import { sameAuthority } from '../../lib/oci/registry-name.ts';
import { RepositoryPush } from '../../lib/oci/repository-push.ts';
import { RegistrySession } from '../../lib/oci/session.ts';
import { sizeText } from '../../lib/oci/size-text.ts';
import { portFor, registryTarget } from '../../lib/oci/target.ts';
import type { RegistryTarget } from '../../lib/oci/target.ts';
import type { Cloud } from '../../lib/topology/model.ts';
import type { Inputs } from './inputs.ts';
import { loginFor } from './login.ts';
import { openSource } from './source.ts';

/** Pushes an image; sets its outputs. */
export async function run(inputs: Inputs, context: TaskContext): Promise<void> {
  const started = context.clock.now();
  const { clock, signal } = context;
  const target = await registryTarget({
    ...inputs,
    connected: inputs.containerRegistry?.registry,
    cloud: cloudFor(inputs),
  });
  const push = new ImagePush(inputs, target, context);
  const seen = await withDeadline(
    inputs.timeout * 1000,
    clock,
    signal,
    () => push.doing,
    (either) => push.run(either),
  );
  report({ ...seen, ms: clock.now() - started }, context);
}

/** A registry that is given by its name is in the cloud of whoever pushes. */
function cloudFor({ azureSubscription, containerRegistry }: Inputs): Cloud {
  if (azureSubscription !== undefined) return cloudOf(azureSubscription);
  if (containerRegistry === undefined || isPassword(containerRegistry)) return 'public';
  return cloudOf(containerRegistry);
}

function titleOf(image: ImageSource): string {
  const { root, blobs, referrers } = image;
  const about = referrers.length === 0 ? '' : `, ${referrers.length} manifests about it`;
  return `Image ${root.digest}: ${blobs.size} blobs, ${sizeText(sizeOf(image))}${about}`;
}

/** The registry and the other hosts of a run, all of them judged, and who signs in. */
interface Way {
  readonly registry: PinnedEndpoint;
  readonly others: readonly PinnedEndpoint[];
  readonly login: RegistryLogin;
}

class ImagePush {
  /** What it is at, for the message of a deadline. */
  doing: string;
  readonly #inputs: Inputs;
  readonly #target: RegistryTarget;
  readonly #context: TaskContext;
  readonly #resolver: Resolver;
  readonly #connections: RegistryConnections;
  /** Tags that were written, with their repository. */
  readonly #moved: string[] = [];

  constructor(inputs: Inputs, target: RegistryTarget, context: TaskContext) {
    this.doing = `reading ${inputs.source}`;
    this.#inputs = inputs;
    this.#target = target;
    this.#context = context;
    this.#resolver = remembered(resolverFor(target));
    this.#connections = new RegistryConnections(this.#resolver, target.networks, target);
  }

  async run(signal: AbortSignal): Promise<Omit<PushRun, 'ms'>> {
    // An archive takes its time to be read, a sign-in its round trips: neither waits for the other.
    const [source, way] = await Promise.allSettled([this.#read(signal), this.#connect(signal)]);
    try {
      if (source.status === 'rejected') throw source.reason;
      this.#context.log.info(titleOf(source.value));
      if (way.status === 'rejected') throw way.reason;
      return await this.#pushAll(source.value, way.value, signal);
    } finally {
      this.#connections.close();
      if (source.status === 'fulfilled') await source.value.close();
    }
  }

  async #read(signal: AbortSignal): Promise<ImageSource> {
    const place = { target: this.#target, resolver: this.#resolver };
    const image = await openSource(this.#inputs, place, this.#context, signal);
    this.doing = 'resolving the registry';
    return image;
  }

  /** Nothing is sent to the registry yet, and no identity is shown before all paths are private. */
  async #connect(signal: AbortSignal): Promise<Way> {
    const { concurrency } = this.#inputs;
    const tokenHosts = this.#tokenHosts;
    const hosts = [...tokenHosts, ...this.#replicas()];
    const [registry, ...others] = await this.#connections.open(
      [this.#target.loginServer, ...hosts],
      concurrency,
      signal,
    );
    const declared = new Map(others.map(({ loginServer, http }) => [loginServer, http]));
    const tokenHttp = new Map([...declared].filter(([host]) => tokenHosts.includes(host)));
    return {
      registry,
      others,
      login: loginFor(this.#inputs, registry, tokenHttp, this.#context),
    };
  }

  /** Spelt as they stand in a challenge. */
  get #tokenHosts(): readonly string[] {
    return this.#inputs.tokenHosts.map(sameAuthority);
  }

  /** Data endpoints that the image is to be pulled back from. */
  #replicas(): readonly string[] {
    return this.#inputs.verifyReplicas ? this.#target.dataEndpoints : [];
  }

  async #pushAll(image: ImageSource, way: Way, signal: AbortSignal): Promise<Omit<PushRun, 'ms'>> {
    const { tags, repository: repositories, verifyReplicas } = this.#inputs;
    const { registry, others } = way;
    this.#tell([registry, ...others]);
    const data = this.#replicas();
    const endpoints = others.filter((other) => data.includes(other.loginServer));
    const port = (endpoint: PinnedEndpoint): number => portFor(endpoint.loginServer, this.#target);
    await Promise.all([
      reach(registry, port(registry), signal),
      ...endpoints.map((one) => reach(one, port(one), signal, 'REGISTRY_REPLICA')),
    ]);
    this.doing = `pushing to ${registry.loginServer}`;
    const session = this.#session(image, way);
    const pushes = repositories.map((repository) => this.#push(image, repository, session, signal));
    await pushAll(pushes).catch((error: unknown) => {
      this.#tellMoved();
      throw error;
    });
    const pushed = pushes.map(({ repository, result }): Pushed => ({ repository, result }));
    const otherPaths = [...others];
    const seen = { image, tags, path: registry, otherPaths, pushed };
    if (!verifyReplicas) return seen;
    this.doing = 'pulling a layer back from the data endpoints';
    const open = async (host: string): Promise<PinnedEndpoint> => {
      const [found] = await this.#connections.open([host], 1, signal);
      otherPaths.push(found);
      return found;
    };
    const repository = repositories[0] ?? '';
    const options = { session, repository, endpoints, open, signal };
    const replicas = await checkReplicas(image, options);
    this.#tellReplicas(replicas);
    return { ...seen, replicas };
  }

  #tell(paths: readonly PinnedEndpoint[]): void {
    const { log, issue } = this.#context;
    for (const { loginServer, chain, address, findings } of paths) {
      log.info(`Private path: ${[loginServer, ...chain, address].join(' -> ')}`);
      for (const finding of findings) {
        issue('warning', finding, { code: 'REGISTRY_RESOLVERS_DISAGREE' });
      }
    }
  }

  /** Who moves them back knows what they named, and whether somebody else has moved them since. */
  #tellMoved(): void {
    if (this.#moved.length === 0) return;
    const moved = this.#moved.join(', ');
    this.#context.issue('warning', `Tags that have moved before the failure, and stay: ${moved}`);
  }

  #tellReplicas(replicas: readonly ReplicaEvidence[]): void {
    const { log, issue } = this.#context;
    for (const { endpoint, address, result, status } of replicas) {
      const way = `${endpoint} (${address})`;
      if (result === 'pulled') log.info(`Pulled the first bytes of a layer from ${way}`);
      else {
        const text = `${way} answered ${status} for the layer: it is reachable, but may lack the image still`;
        issue('warning', text, { code: 'REGISTRY_REPLICA_BEHIND' });
      }
    }
  }

  #session(image: ImageSource, { registry, login }: Way): RegistrySession {
    const { clock, log } = this.#context;
    const { repository } = this.#inputs;
    const base = mountSource(image, registry.loginServer, repository[0] ?? '');
    const isOther = base !== undefined && !repository.includes(base);
    return new RegistrySession({
      http: registry.http,
      login,
      path: registry,
      scopes: repository.map((name) => `repository:${name}:pull,push`),
      extraScopes: isOther ? [`repository:${base}:pull`] : [],
      tokenHosts: this.#tokenHosts,
      clock,
      onThrottled: (ms) =>
        log.info(`${registry.loginServer} throttles; waiting ${Math.ceil(ms / 1000)} s`),
    });
  }

  #push(
    image: ImageSource,
    repository: string,
    session: RegistrySession,
    signal: AbortSignal,
  ): RepositoryPush {
    const { repository: all, tags, immutable, concurrency } = this.#inputs;
    const { log } = this.#context;
    const [first] = all;
    // The first repository gets all blobs, the base image has some of them.
    const mountFrom =
      repository === first ? mountSource(image, session.path.loginServer, repository) : first;
    const target = { repository, tags, immutable };
    return new RepositoryPush(
      image,
      mountFrom === undefined ? target : { ...target, mountFrom },
      session,
      {
        concurrency,
        signal,
        onBlob: (blob, outcome, done, count) => {
          log.info(`Blob ${done}/${count} ${blob.digest} (${sizeText(blob.size)}): ${outcome}`);
          log.progress(Math.floor((done / count) * 95), `Pushing ${repository}`);
        },
        onManifest: (digest, tag) => {
          log.info(`Manifest ${digest} in ${repository}${tag === undefined ? '' : ` as ${tag}`}`);
          if (tag !== undefined && tags.includes(tag)) this.#moved.push(`${repository}:${tag}`);
        },
      },
    );
  }
}

function report(run: PushRun, { log, setOutput }: TaskContext): void {
  const { image, tags, pushed } = run;
  const { uploaded, skipped, mounted } = countsOf(pushed);
  const references = pushed.map(({ repository }) => referenceOf(run, repository));
  setOutput('digest', image.root.digest);
  setOutput('reference', references[0] ?? '');
  setOutput('references', references.join(','));
  setOutput('tags', tags.join(','));
  setOutput('size', String(sizeOf(image)));
  setOutput('uploaded', String(uploaded));
  setOutput('skipped', String(skipped));
  setOutput('mounted', String(mounted));
  setOutput('evidence', JSON.stringify(evidenceOf(run)));
  for (const { repository, result } of pushed) {
    const { blobs, bytesSent, referrers, unchanged } = result;
    const reference = referenceOf(run, repository);
    log.info(
      unchanged
        ? `Nothing to do: ${reference} is there already`
        : `Pushed ${reference}: ${blobs.uploaded} blobs uploaded, ${blobs.skipped} there already, ` +
            `${blobs.mounted} mounted; ${referrers.pushed} manifests about it; ` +
            `${sizeText(bytesSent)} in ${(run.ms / 1000).toFixed(1)} s`,
    );
  }
}
