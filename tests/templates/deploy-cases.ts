import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import type { Done, Step } from './bad-input-world.ts';

const schemas = 'https://schema.management.azure.com/schemas';
export const schema = `${schemas}/2019-04-01/deploymentTemplate.json#`;
export const subscriptionSchema = `${schemas}/2018-05-01/subscriptionDeploymentTemplate.json#`;

export const workload = '00000000-0000-4000-8000-00000000000b';

/** An ARM template as text. */
export function templateOf(
  resources: readonly unknown[],
  more: Readonly<Record<string, unknown>> = {},
): string {
  return JSON.stringify({ $schema: schema, contentVersion: '1.0.0.0', resources, ...more });
}

export interface Rule {
  readonly name: string;
  readonly priority: number;
}

/** A security group with rules that let a port in. */
export function securityGroup(rules: readonly Rule[], tags: Record<string, string> = {}): unknown {
  return {
    type: 'Microsoft.Network/networkSecurityGroups',
    apiVersion: '2024-05-01',
    name: 'nsg-app',
    location: 'westeurope',
    tags,
    properties: {
      securityRules: rules.map(({ name, priority }) => ({
        name,
        properties: {
          priority,
          direction: 'Inbound',
          access: 'Allow',
          protocol: 'Tcp',
          sourceAddressPrefix: '*',
          sourcePortRange: '*',
          destinationAddressPrefix: '*',
          destinationPortRange: '443',
        },
      })),
    },
  };
}

/** StampDeploy into rg-weu under the workload's identity. */
export function deployTemplate(
  action: string,
  template: string,
  inputs: Readonly<Record<string, string>> = {},
  more: Partial<Step> = {},
): Step {
  return {
    task: 'StampDeploy@1',
    inputs: {
      azureSubscription: 'stamp',
      action,
      template: 'main.json',
      resourceGroup: 'rg-weu',
      ...inputs,
    },
    ...more,
    files: { 'main.json': template, ...more.files },
  };
}

/** Output variables of the only step. */
export function outputsOf({ run }: Done): Record<string, string> {
  const variables = Object.values(run.outputs).flatMap((stage) => Object.values(stage));
  return Object.fromEntries(
    variables.flatMap((job) =>
      Object.entries(job).map(([name, value]) => [name.replace(/^it\./, ''), value]),
    ),
  );
}

export function succeeded(done: Done): Done {
  assert.equal(done.result, 'Succeeded', done.lines.join('\n'));
  return done;
}

export function refusedWith(done: Done, code: string): Done {
  assert.equal(done.result, 'Failed', done.lines.join('\n'));
  assert.equal(done.code, code, done.lines.join('\n'));
  return done;
}

export interface WhatIfFile {
  readonly hasChanges: boolean;
  readonly counts: Readonly<Record<string, number>>;
  readonly findings: readonly { code: string; target: string; message: string }[];
  readonly changes: readonly {
    id: string;
    type: string;
    change: string;
    predicted: string;
    properties: readonly { path: string; change: string; before?: unknown; after?: unknown }[];
    ignored: readonly { path?: string; because: string }[];
  }[];
}

export async function readWhatIf(file: string): Promise<WhatIfFile> {
  return JSON.parse(await readFile(file, 'utf8')) as WhatIfFile;
}

/** Whether a line of the log ends so; fails with the whole log otherwise. */
export function says(done: Done, text: string): void {
  assert.ok(
    done.lines.some((line) => line.endsWith(text)),
    `no line ends with: ${text}\n${done.lines.join('\n')}`,
  );
}
