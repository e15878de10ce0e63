import type { TaskContext } from '../../lib/host/context.ts';
import { resolverFor } from '../../lib/net/resolve.ts';
import { withDeadline } from '../../lib/oci/deadline.ts';
import { countsOf, evidenceOf, referenceOf, sizeOf } from '../../lib/oci/evidence.ts';
import type { Pushed, PushRun } from '../../lib/oci/evidence.ts';
import type { ImageSource } from '../../lib/oci/image.ts';
import { mountSource } from '../../lib/oci/mount.ts';
import { RegistryConnections } from '../../lib/oci/registry-connections.ts';
import type { PinnedEndpoint } from '../../lib/oci/registry-connections.ts';
import { pushImage } from '../../lib/oci/push.ts';
import { reach } from '../../lib/oci/reach.ts';
import { checkReplicas } from '../../lib/oci/replica-check.ts';
import type { ReplicaEvidence } from '../../lib/oci/replica-check.ts';
import { RegistrySession } from '../../lib/oci/session.ts';
import { sizeText } from '../../lib/oci/size-text.ts';
import { portFor, registryTarget } from '../../lib/oci/target.ts';
import type { RegistryTarget } from '../../lib/oci/target.ts';
import type { Inputs } from './inputs.ts';
import { loginFor } from './login.ts';
import { openSource } from './source.ts';

/** Pushes an image; sets its outputs. */
export async function run(inputs: Inputs, context: TaskContext): Promise<void> {
  const started = context.clock.now();
  const { log, clock, signal } = context;
  const target = await registryTarget({
    ...inputs,
    connected: inputs.containerRegistry?.registry,
  });
  let push: ImagePush | undefined;
  const seen = await withDeadline(
    inputs.timeout * 1000,
    clock,
    signal,
    () => push?.doing ?? `reading ${inputs.source}`,
    async (either) => {
      const image = await openSource(inputs, target, context, either);
      try {
        log.info(titleOf(image));
        push = new ImagePush(inputs, image, target, context);
        return await push.run(either);
      } finally {
        await image.close();
      }
    },
  );
  report({ ...seen, ms: clock.now() - started }, context);
}

function titleOf(image: ImageSource): string {
  const { root, blobs, referrers } = image;
  const about = referrers.length === 0 ? '' : `, ${referrers.length} manifests about it`;
  return `Image ${root.digest}: ${blobs.size} blobs, ${sizeText(sizeOf(image))}${about}`;
}

class ImagePush {
  /** What it is at, for the message of a deadline. */
  doing = 'resolving the registry';
  readonly #inputs: Inputs;
  readonly #image: ImageSource;
  readonly #target: RegistryTarget;
  readonly #context: TaskContext;

  constructor(inputs: Inputs, image: ImageSource, target: RegistryTarget, context: TaskContext) {
    this.#inputs = inputs;
    this.#image = image;
    this.#target = target;
    this.#context = context;
  }

  async run(signal: AbortSignal): Promise<Omit<PushRun, 'ms'>> {
    const { tags, tokenHosts, verifyReplicas, concurrency } = this.#inputs;
    const { loginServer, dataEndpoints, networks } = this.#target;
    const connections = new RegistryConnections(resolverFor(this.#target), networks, this.#target);
    const data = verifyReplicas ? dataEndpoints : [];
    try {
      const [registry, ...others] = await connections.open(
        [loginServer, ...tokenHosts, ...data],
        concurrency,
        signal,
      );
      this.#tell([registry, ...others]);
      const endpoints = others.filter((other) => data.includes(other.loginServer));
      await Promise.all([
        reach(registry, portFor(loginServer, this.#target), signal),
        ...endpoints.map((endpoint) =>
          reach(endpoint, portFor(endpoint.loginServer, this.#target), signal, 'REGISTRY_REPLICA'),
        ),
      ]);
      this.doing = `pushing to ${loginServer}`;
      const session = this.#session(registry, others);
      const pushed: Pushed[] = [];
      for (const repository of this.#inputs.repository) {
        pushed.push(await this.#push(repository, session, pushed[0]?.repository, signal));
      }
      const otherPaths = [...others];
      let replicas: readonly ReplicaEvidence[] | undefined;
      if (verifyReplicas) {
        this.doing = 'pulling a layer back from the data endpoints';
        const open = async (host: string): Promise<PinnedEndpoint> => {
          const [found] = await connections.open([host], 1, signal);
          otherPaths.push(found);
          return found;
        };
        const repository = this.#inputs.repository[0] ?? '';
        const options = { session, repository, endpoints, open, signal };
        replicas = await checkReplicas(this.#image, options);
        this.#tellReplicas(replicas);
      }
      const seen = { image: this.#image, tags, path: registry, otherPaths, pushed };
      return replicas === undefined ? seen : { ...seen, replicas };
    } finally {
      connections.close();
    }
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

  #session(registry: PinnedEndpoint, others: readonly PinnedEndpoint[]): RegistrySession {
    const { clock, log } = this.#context;
    const { tokenHosts, repository } = this.#inputs;
    const declared = new Map(others.map(({ loginServer, http }) => [loginServer, http]));
    const tokenHttp = new Map([...declared].filter(([host]) => tokenHosts.includes(host)));
    const bases = repository.map((name) => mountSource(this.#image, registry.loginServer, name));
    const scopes = [
      ...repository.map((name) => `repository:${name}:pull,push`),
      ...new Set(
        bases
          .filter((base) => base !== undefined && !repository.includes(base))
          .map((base) => `repository:${base}:pull`),
      ),
    ];
    return new RegistrySession({
      http: registry.http,
      login: loginFor(this.#inputs, registry, tokenHttp, this.#context),
      path: registry,
      scopes,
      tokenHosts,
      clock,
      onThrottled: (ms) =>
        log.info(`${registry.loginServer} throttles; waiting ${Math.ceil(ms / 1000)} s`),
    });
  }

  async #push(
    repository: string,
    session: RegistrySession,
    pushedBefore: string | undefined,
    signal: AbortSignal,
  ): Promise<Pushed> {
    const { tags, immutable, concurrency } = this.#inputs;
    const { log } = this.#context;
    // A repository of this run has all blobs, the base image some of them.
    const mountFrom =
      pushedBefore ?? mountSource(this.#image, session.path.loginServer, repository);
    const target = { repository, tags, immutable };
    const result = await pushImage(
      this.#image,
      mountFrom === undefined ? target : { ...target, mountFrom },
      session,
      {
        concurrency,
        signal,
        onBlob: (blob, outcome, done, all) => {
          log.info(`Blob ${done}/${all} ${blob.digest} (${sizeText(blob.size)}): ${outcome}`);
          log.progress(Math.floor((done / all) * 95), `Pushing ${repository}`);
        },
        onManifest: (digest, tag) =>
          log.info(`Manifest ${digest}${tag === undefined ? '' : ` as ${tag}`}`),
      },
    );
    return { repository, result };
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
