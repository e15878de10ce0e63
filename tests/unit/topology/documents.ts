import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { SpokelineError } from '../../../tasks/lib/errors.ts';
import { readTopology } from '../../../tasks/lib/topology/read.ts';

/** A small valid topology; line numbers in tests count from its first line. */
export const base = `name: mission-critical
cloud: public
hub:
  subscription: 00000000-0000-4000-8000-00000000000a
  resourceGroup: rg-hub
  region: westeurope
  network:
    name: vnet-hub
    addressSpace: [10.0.0.0/16]
    subnets:
      AzureFirewallSubnet: /26
      agents: /27
      endpoints: /27
  dns: { resourceGroup: rg-dns, resolvers: [168.63.129.16], fallback: false }
registry: { name: crspokelinemc, replicas: [northeurope] }
stamps:
  weu:
    role: primary
    region: westeurope
    subscription: 00000000-0000-4000-8000-00000000000b
    resourceGroup: rg-weu
    network:
      name: vnet-weu
      addressSpace: [10.1.0.0/16]
      subnets: { application: /24, ingress: /26, egress: /26, endpoints: /27 }
    parameters: { keyVaultName: kv-weu }
  neu:
    role: secondary
    region: northeurope
    subscription: 00000000-0000-4000-8000-00000000000b
    resourceGroup: rg-neu
    network:
      name: vnet-neu
      addressSpace: [10.2.0.0/16]
      subnets: { application: /24, endpoints: /27 }
gates: gates.yml
`;

export const loopbackOverlay = `loopback: true
hub:
  network: { addressSpace: [127.10.0.0/16] }
  dns: { resolvers: ["127.0.0.1:10053"] }
stamps:
  weu: { network: { addressSpace: [127.11.0.0/16] } }
  neu: { network: { addressSpace: [127.12.0.0/16] } }
ports: { 443: 10443, 22: 10022 }
`;

/** A directory for documents. */
export interface DocumentFolder {
  readonly directory: string;
  write(name: string, text: string): Promise<string>;
  /** Reads `topology.yml` with overlays: `file:line:column message` of each problem. */
  problemsOf(text: string, ...overlays: string[]): Promise<string[]>;
  remove(): Promise<void>;
}

export async function documentFolder(): Promise<DocumentFolder> {
  const directory = await mkdtemp(join(tmpdir(), 'spokeline-topology-'));
  const write = async (name: string, text: string) => {
    const file = join(directory, name);
    await writeFile(file, text);
    return file;
  };
  return {
    directory,
    write,
    async problemsOf(text, ...overlays) {
      const file = await write('topology.yml', text);
      const files: string[] = [];
      for (const [index, overlay] of overlays.entries()) {
        files.push(await write(`overlay${index + 1}.yml`, overlay));
      }
      try {
        await readTopology(file, files);
      } catch (error) {
        assert.ok(error instanceof SpokelineError, String(error));
        assert.equal(error.code, 'TOPOLOGY_INVALID');
        return error.details.map(
          (d) => `${basename(d.file ?? '')}:${d.line}:${d.column} ${d.message}`,
        );
      }
      return [];
    },
    remove: () => rm(directory, { recursive: true }),
  };
}

/** Replaces one occurrence; throws if there is none, so that a table cannot test the unchanged text. */
export function replaced(text: string, from: string, to: string): string {
  if (!text.includes(from)) throw new Error(`"${from}" is not in the document`);
  return text.replace(from, () => to);
}
