import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Inputs } from '../../tasks/StampDeploy/StampDeployV1/inputs.ts';
import { run } from '../../tasks/StampDeploy/StampDeployV1/task.ts';
import { fakeClock, type FakeClock } from '../support/clock.ts';
import { fakeContext, type RecordedContext } from '../support/host.ts';
import { givenInputs } from './given-inputs.ts';
import { startArm, type ArmFake } from './stamp-deploy-arm.ts';

export const stampSubscription = '00000000-0000-4000-8000-00000000000b';

const topology = `
name: shop
cloud: public
hub:
  subscription: 00000000-0000-4000-8000-00000000000a
  resourceGroup: rg-hub
  region: westeurope
  network: { name: vnet-hub, addressSpace: [10.0.0.0/16], subnets: { AzureFirewallSubnet: /26, agents: /27, endpoints: /27 } }
  dns: { resourceGroup: rg-dns, resolvers: [10.0.0.53] }
stamps:
${[
  ['weu', 'primary', 1],
  ['neu', 'secondary', 2],
  ['sea-1', 'secondary', 3],
]
  .map(
    ([name, role, n]) => `  ${name}:
    role: ${role}
    region: westeurope
    subscription: ${stampSubscription}
    resourceGroup: rg-${name}
    network: { name: vnet-${name}, addressSpace: [10.${n}.0.0/16], subnets: { application: /24, endpoints: /27 } }
    parameters: { keyVaultName: kv-${name} }`,
  )
  .join('\n')}
`;

/** A checked-out repository with a topology of three stamps, and the task over a Resource Manager on loopback. */
export interface DeployWorld {
  readonly directory: string;
  readonly clock: FakeClock;
  readonly arm: ArmFake;
  readonly context: RecordedContext;
  readonly controller: AbortController;
  /** Writes a file of the repository and returns its path. */
  write(name: string, text: string): Promise<string>;
  /** Runs the task, in the given attempt of its job. */
  act(given?: Partial<Inputs>, attempt?: string): Promise<void>;
  end(): Promise<void>;
}

export async function startWorld(): Promise<DeployWorld> {
  const directory = await mkdtemp(join(tmpdir(), 'spk-deploy-'));
  const clock = fakeClock();
  const arm = await startArm(clock);
  const controller = new AbortController();
  const agent = { buildId: '42', stage: 'primary', job: 'stamp' };
  const context = fakeContext(directory, { clock, agent, signal: controller.signal });
  const write = async (name: string, text: string) => {
    const path = join(directory, name);
    await writeFile(path, text);
    return path;
  };
  await write('topology.yml', topology);
  return {
    directory,
    clock,
    arm,
    context,
    controller,
    write,
    act(given = {}, attempt = '1') {
      const inputs: Inputs = {
        ...givenInputs(arm.url),
        topology: join(directory, 'topology.yml'),
        ...given,
      };
      const tokens = {
        token: () => Promise.resolve({ token: 'x', expiresAt: Date.now() + 3_600_000 }),
      };
      const own = { ...context, agent: { ...context.agent, attempt } };
      return run(inputs, own, { httpClient: arm.httpClient, tokens });
    },
    async end() {
      await arm.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
