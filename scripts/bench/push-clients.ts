import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { join } from 'node:path';
import { registryLogin } from '../../tasks/lib/azure/registry-token.ts';
import { systemClock } from '../../tasks/lib/net/clock.ts';
import { readLayout } from '../../tasks/lib/oci/source/layout.ts';
import { pinnedRegistry } from '../../tasks/lib/oci/pinned-http.ts';
import { atOnce } from '../../tasks/lib/oci/pool.ts';
import { pushImage } from '../../tasks/lib/oci/push.ts';
import { RegistrySession } from '../../tasks/lib/oci/session.ts';
import type { Image } from './image.ts';
import { runProgram, secondsOf } from './measure.ts';
import type { Bench } from './measure.ts';
import type { PushServer } from './push-server.ts';
import { runTask } from './task-process.ts';
import type { TaskConnection } from './task-process.ts';

/** Pushes the image as tag 1.0 of the repository. @returns seconds */
export type Client = (image: Image, repository: string) => Promise<number>;

/** The task's own default. */
const concurrency = 8;
/** User name that goes with a refresh token: https://learn.microsoft.com/azure/container-registry/container-registry-authentication */
const tokenUser = '00000000-0000-0000-0000-000000000000';

/** The packaged task, a process with the agent's environment; signs in and resolves by itself. */
export async function taskClient({ folder, signal }: Bench, server: PushServer): Promise<Client> {
  const topology = join(folder, 'topology.yml');
  const overlay = join(folder, 'topology.bench.yml');
  await writeFile(topology, topologyText);
  await writeFile(overlay, overlayText(server));
  return (image, repository) =>
    runTask({ folder, signal }, 'ImagePush', connectionOf(server), {
      source: image.folder,
      repository,
      tags: '1.0',
      topology,
      overlays: overlay,
    });
}

/** A push asks the registry only, never Resource Manager. */
function connectionOf(server: PushServer): TaskConnection {
  return { ...server, resourceManagerUrl: 'https://localhost:1/' };
}

/** The library inside this process, with an Entra token at hand. */
export function libraryClient({ signal }: Bench, server: PushServer, entraToken: string): Client {
  const { loginServer, address, port, caPem, tenantId } = server;
  const path = { loginServer, address, chain: [] };
  const tokens = {
    token: () => Promise.resolve({ token: entraToken, expiresAt: Date.now() + 3_000_000 }),
  };
  return (image, repository) =>
    secondsOf(async () => {
      const { http, close } = pinnedRegistry(path, port, atOnce(concurrency), caPem);
      const login = registryLogin({ tokens, tenantId, http, path, mask: () => undefined });
      const scopes = [`repository:${repository}:pull,push`];
      const session = new RegistrySession({ http, login, path, scopes, clock: systemClock });
      const target = { repository, tags: ['1.0'] };
      try {
        await pushImage(await readLayout(image.folder), target, session, { concurrency, signal });
      } finally {
        close();
      }
    });
}

/** skopeo with a refresh token at hand, so that it has to fetch access tokens only. */
export async function skopeoClient(
  { folder, signal }: Bench,
  server: PushServer,
  skopeo: string,
  refreshToken: string,
): Promise<Client> {
  const certificates = join(folder, 'skopeo-certificates');
  await mkdir(certificates);
  await writeFile(join(certificates, 'ca.crt'), server.caPem);
  const authFile = join(folder, 'skopeo-auth.json');
  const auth = Buffer.from(`${tokenUser}:${refreshToken}`).toString('base64');
  await writeFile(authFile, JSON.stringify({ auths: { [server.plain]: { auth } } }));
  const options = ['--authfile', authFile, '--dest-cert-dir', certificates];
  return async (image, repository) => {
    // A home of its own for each run: from its cache skopeo would mount blobs of earlier runs. For
    // root the cache is the system's, unless containers/image is told that root is somebody else.
    const home = await mkdtemp(join(folder, 'skopeo-home-'));
    const env = {
      PATH: process.env['PATH'],
      HOME: home,
      XDG_DATA_HOME: home,
      TMPDIR: home,
      _CONTAINERS_ROOTLESS_UID: '1000',
    };
    const there = `docker://${server.plain}/${repository}:1.0`;
    const args = ['--insecure-policy', 'copy', ...options, `oci:${image.folder}`, there];
    const { code, errors, seconds } = await runProgram(skopeo, args, { env, signal });
    if (code !== 0) throw new Error(`skopeo failed: ${errors}`);
    return seconds;
  };
}

/** An Entra token for registries, and a refresh token of the registry at `plain` for it. */
export async function signIn(server: PushServer): Promise<{ entra: string; refresh: string }> {
  const { authorityUrl, tenantId, clientId, clientSecret, caPem, plain } = server;
  const entra = await post(`${authorityUrl}/${tenantId}/oauth2/v2.0/token`, caPem, {
    grant_type: 'client_credentials',
    client_id: clientId,
    client_secret: clientSecret,
    scope: 'https://containerregistry.azure.net/.default',
  });
  const access = entra['access_token'] ?? '';
  const form = { grant_type: 'access_token', service: plain, tenant: tenantId };
  const exchange = `https://${plain}/oauth2/exchange`;
  const answer = await post(exchange, caPem, { ...form, access_token: access });
  return { entra: access, refresh: answer['refresh_token'] ?? '' };
}

function post(
  url: string,
  ca: string,
  form: Record<string, string>,
): Promise<Record<string, string>> {
  const headers = { 'Content-Type': 'application/x-www-form-urlencoded' };
  return new Promise((done, fail) => {
    const sent = request(url, { method: 'POST', ca, headers, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => (text += part));
      response.on('error', fail);
      response.on('end', () => {
        if (response.statusCode === 200) done(JSON.parse(text) as Record<string, string>);
        else fail(new Error(`POST ${url}: ${response.statusCode} ${text}`));
      });
    });
    sent.on('error', fail);
    sent.end(new URLSearchParams(form).toString());
  });
}

const topologyText = `name: bench
cloud: public
hub:
  subscription: 00000000-0000-4000-8000-00000000000a
  resourceGroup: rg-hub
  region: westeurope
  network:
    name: vnet-hub
    addressSpace: [10.0.0.0/16]
    subnets: { agents: /27, endpoints: /27 }
  dns: { resourceGroup: rg-dns, resolvers: [168.63.129.16] }
registry: { name: crbench }
stamps:
  weu:
    role: primary
    region: westeurope
    subscription: 00000000-0000-4000-8000-00000000000b
    resourceGroup: rg-weu
    network: { name: vnet-weu, addressSpace: [10.1.0.0/16], subnets: { endpoints: /27 } }
`;

function overlayText({ dns, port }: PushServer): string {
  return `loopback: true
hub:
  network: { addressSpace: [127.113.0.0/16] }
  dns: { resolvers: ['${dns}'] }
stamps: { weu: { network: { addressSpace: [127.114.0.0/16] } } }
ports: { '443': ${port} }
`;
}
