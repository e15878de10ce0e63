import { spawn, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { freePort } from '../../scripts/bench/free-port.ts';
import { request } from '../../tasks/lib/net/http.ts';
import type { TokenTrust } from './token-service.ts';
import { createTestAuthority, type TestAuthority } from './tls.ts';

export interface RegistryUser {
  readonly name: string;
  readonly password: string;
}

export interface DebianRegistryOptions {
  readonly htpasswd?: string;
  readonly tokens?: TokenTrust;
  readonly name?: string;
}

const manifestType = 'application/vnd.oci.image.manifest.v1+json';

/** The registry of the distribution project, from Debian's package, over TLS on an address of loopback. */
export class DebianRegistry {
  readonly address: string;
  readonly port: number;
  readonly caFile: string;
  /** Folder of the certificate, as skopeo takes it. */
  readonly certificates: string;
  readonly #authority: TestAuthority;
  readonly #store: string;
  readonly #child: ChildProcess;
  /** Its access log, a line a request. */
  log = '';

  private constructor(
    child: ChildProcess,
    authority: TestAuthority,
    place: { address: string; port: number; caFile: string; store: string },
  ) {
    this.#child = child;
    this.#authority = authority;
    this.address = place.address;
    this.port = place.port;
    this.caFile = place.caFile;
    this.certificates = dirname(place.caFile);
    this.#store = place.store;
    child.stdout?.on('data', (part: Buffer) => (this.log += part.toString()));
  }

  /**
   * @param options `htpasswd`, `tokens`: who may push and pull; without either everybody may. `name`: also in the
   * certificate
   */
  static async start(
    program: string,
    folder: string,
    address: string,
    { htpasswd, tokens, name }: DebianRegistryOptions = {},
  ): Promise<DebianRegistry> {
    const authority = await createTestAuthority();
    const { cert, key } = await authority.issue([address, ...(name === undefined ? [] : [name])]);
    const file = (name: string): string => join(folder, name);
    await writeFile(file('cert.pem'), cert);
    await writeFile(file('key.pem'), key);
    await mkdir(file('certs'));
    await writeFile(file('certs/ca.crt'), authority.ca);
    if (htpasswd !== undefined) await writeFile(file('htpasswd'), htpasswd);
    if (tokens !== undefined) await writeFile(file('tokens.pem'), tokens.bundle);
    const port = await freePort(address);
    const store = file('storage');
    const configuration = {
      version: 0.1,
      storage: { filesystem: { rootdirectory: store } },
      http: {
        addr: `${address}:${port}`,
        tls: { certificate: file('cert.pem'), key: file('key.pem') },
      },
      ...(htpasswd === undefined
        ? {}
        : { auth: { htpasswd: { realm: 'test', path: file('htpasswd') } } }),
      ...(tokens === undefined
        ? {}
        : {
            auth: {
              token: {
                realm: tokens.realm,
                service: tokens.service,
                issuer: tokens.issuer,
                rootcertbundle: file('tokens.pem'),
              },
            },
          }),
    };
    await writeFile(file('config.yml'), JSON.stringify(configuration));
    const child = spawn(program, ['serve', file('config.yml')], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env['PATH'], HOME: folder, OTEL_TRACES_EXPORTER: 'none' },
    });
    let said = '';
    await new Promise<void>((resolve, reject) => {
      child.stderr.on('data', (part: Buffer) => {
        said = (said + part.toString()).slice(-10_000);
        if (said.includes(`listening on ${address}:${port}`)) resolve();
      });
      child.once('error', reject);
      child.once('exit', () => reject(new Error(`it ended: ${said}`)));
    });
    const place = { address, port, caFile: file('certs/ca.crt'), store };
    return new DebianRegistry(child, authority, place);
  }

  /** The authority that it is certified by, PEM. */
  get ca(): string {
    return this.#authority.ca;
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    await ended;
  }

  /** Digest of what a tag names; undefined if nothing. */
  async digestOf(
    repository: string,
    tag: string,
    { name, password }: RegistryUser,
  ): Promise<string | undefined> {
    const basic = Buffer.from(`${name}:${password}`).toString('base64');
    const response = await request({
      url: `https://${this.address}:${this.port}/v2/${repository}/manifests/${tag}`,
      address: this.address,
      method: 'HEAD',
      headers: { authorization: `Basic ${basic}`, accept: manifestType },
      signal: AbortSignal.timeout(10_000),
      timeoutMs: 10_000,
      ca: this.#authority.ca,
    });
    response.body.resume();
    const digest = response.headers['docker-content-digest'];
    return response.status === 200 && typeof digest === 'string' ? digest : undefined;
  }

  /** Where it keeps the content of a blob. */
  fileOf(digest: string): string {
    const hash = digest.replace('sha256:', '');
    const parts = ['docker/registry/v2/blobs/sha256', hash.slice(0, 2), hash, 'data'];
    return join(this.#store, ...parts);
  }

  /** Digests of stored blobs whose content is another one. */
  async brokenBlobs(): Promise<string[]> {
    const root = join(this.#store, 'docker', 'registry', 'v2', 'blobs', 'sha256');
    const broken: string[] = [];
    for (const prefix of await readdir(root)) {
      for (const digest of await readdir(join(root, prefix))) {
        const content = await readFile(join(root, prefix, digest, 'data'));
        if (createHash('sha256').update(content).digest('hex') !== digest) broken.push(digest);
      }
    }
    return broken;
  }
}
