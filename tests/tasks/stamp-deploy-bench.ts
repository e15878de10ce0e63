import { RestError, type HttpClient } from '@azure/core-rest-pipeline';
import { createDeployment } from '../../tasks/lib/azure/deployments.ts';
import type { ServiceConnection } from '../../tasks/lib/azure/connection.ts';
import { deploy } from '../../tasks/lib/deploy/deploy.ts';
import type { Expected } from '../../tasks/lib/deploy/pace.ts';
import type { Patience } from '../../tasks/lib/deploy/patience.ts';
import type { Content, DeploymentPort, DeploymentState } from '../../tasks/lib/deploy/port.ts';
import { contentTag, requestTag, type WhenActive } from '../../tasks/lib/deploy/start.ts';
import { SpokelineError } from '../../tasks/lib/errors.ts';
import { fakeClock, type FakeClock } from '../support/clock.ts';
import { startArm, type ArmFake } from './stamp-deploy-arm.ts';

export const subscription = '00000000-0000-4000-8000-00000000000b';
export const deploymentPath = /\/deployments\/d$/i;

export interface Bench {
  readonly clock: FakeClock;
  readonly arm: ArmFake;
  readonly port: DeploymentPort;
  /** What was printed: `! ` for errors, `~ ` for delays, `N% ` for progress. */
  readonly lines: string[];
  readonly controller: AbortController;
  /** How often a token was asked for. */
  tokens: number;
  /** How many of the next requests find no address for Resource Manager. */
  unresolved: number;
  /** How many of the next sign-ins get no answer. */
  brokenSignIns: number;
  /** Whether sign-ins get no answer, nor an end. */
  hangSignIns: boolean;
  /** Resources that the template has under a condition, beside those of the script. */
  conditional: number;
  patience(seconds?: number): Patience;
  /** Deploys, under a request id. */
  go(
    request?: string,
    seconds?: number,
    cancelDeployment?: boolean,
    whenActive?: WhenActive,
  ): Promise<DeploymentState>;
  /** Runs `act` when the task has slept `n` times. */
  afterSleeps(n: number, act: () => void): void;
}

/** A deployment named `d` against a Resource Manager on loopback, in the time of a test's clock. */
export async function startBench(lifetimeMs = 3_600_000): Promise<Bench> {
  const clock = fakeClock();
  const arm = await startArm(clock);
  const lines: string[] = [];
  const controller = new AbortController();
  const connection: ServiceConnection = {
    id: '11111111-0000-4000-8000-000000000001',
    scheme: 'ServicePrincipal',
    resourceManagerUrl: arm.url,
    authorityUrl: arm.url,
    audience: arm.url,
    tenantId: 't',
    clientId: 'c',
    subscriptionId: subscription,
  };
  let kept = 'token-1';
  let renewals = 1;
  const httpClient: HttpClient = {
    sendRequest: (request) => {
      if (bench.unresolved === 0) return arm.httpClient.sendRequest(request);
      bench.unresolved -= 1;
      // As core-rest-pipeline reports a look-up that fails for the moment.
      const options = { code: 'EAI_AGAIN', request };
      return Promise.reject(new RestError('getaddrinfo EAI_AGAIN management', options));
    },
  };
  const source = {
    token: (_scope: string, _signal?: AbortSignal, options?: { fresh?: boolean }) => {
      bench.tokens += 1;
      if (bench.hangSignIns) return new Promise<never>(() => {});
      if (bench.brokenSignIns > 0) {
        bench.brokenSignIns -= 1;
        const error = new SpokelineError('AUTH_FAILED', 'no sign-in', { transient: true });
        return Promise.reject(error);
      }
      if (options?.fresh) kept = `token-${(renewals += 1)}`;
      return Promise.resolve({ token: kept, expiresAt: Date.now() + lifetimeMs });
    },
  };
  const scope = { kind: 'resourceGroup', subscription, resourceGroup: 'rg' } as const;
  const port = createDeployment(connection, source, { scope, name: 'd' }, clock, { httpClient });
  const watcher = {
    info: (text: string) => lines.push(text),
    error: (text: string) => lines.push(`! ${text}`),
    progress: (percent: number, text: string) => lines.push(`${percent}% ${text}`),
  };
  const bench: Bench = {
    clock,
    arm,
    port,
    lines,
    controller,
    tokens: 0,
    brokenSignIns: 0,
    hangSignIns: false,
    unresolved: 0,
    conditional: 0,
    patience: (seconds = 3600) => ({
      clock,
      signal: controller.signal,
      deadline: clock.now() + seconds * 1000,
      random: () => 0.5,
      onDelay: (text) => lines.push(`~ ${text}`),
    }),
    go: (request = 'r1', seconds = 3600, cancelDeployment = true, whenActive = 'fail') =>
      deploy(port, content(request), watcher, bench.patience(seconds), {
        cancelDeployment,
        whenActive,
        expected: expectedOf(arm.script.operations?.length ?? 1, bench.conditional),
      }),
    afterSleeps(n, act) {
      const original = clock.sleep.bind(clock);
      clock.sleep = async (ms, signal) => {
        if (clock.sleeps.length === n) act();
        await original(ms, signal);
      };
    },
  };
  return bench;
}

function expectedOf(certain: number, conditional: number): Expected {
  return { resources: certain + conditional, certain };
}

export function content(request: string, same = 'same'): Content {
  return {
    template: { $schema: 'x', resources: [] },
    parameters: { p: { value: 1 } },
    tags: { [contentTag]: same, [requestTag]: request },
  };
}
