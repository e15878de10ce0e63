import type { Change, Step } from './bad-input-world.ts';

/** Something wrong that has to be found on the agent, before anybody signs in. */
export interface BadInput {
  readonly name: string;
  readonly step: Step;
  /** The code that the task ends with. */
  readonly code: string;
  /** All errors, in order. */
  readonly errors: readonly string[];
  readonly hint?: RegExp;
}

/** The topology, moved onto this machine: inputs of every task. */
export const estate = { topology: 'topology.yml', overlays: 'topology.sandbox.yml' };

/** StampDeploy of stamp weu with the valid topology, changed by a case. */
export function deployStep(
  inputs: Readonly<Record<string, string>> = {},
  files: Readonly<Record<string, Change>> = {},
  more: Partial<Step> = {},
): Step {
  const usual = {
    azureSubscription: 'untouched',
    target: 'stamp',
    stamp: 'weu',
    template: 'templates/stamp.json',
    ...estate,
  };
  return { task: 'StampDeploy@1', inputs: { ...usual, ...inputs }, files, ...more };
}

/** The topology as it is for Azure, without the overlay, with one text replaced. */
function topologyStep(from: string, to: string): Step {
  const change = (text: string): string => text.replace(from, to);
  return deployStep({ overlays: '' }, { 'topology.yml': change });
}

function bicepStep(text: string, files: Record<string, string> = {}, more?: Partial<Step>): Step {
  const template = 'templates/stamp.bicep';
  return deployStep({ template }, { [template]: text, ...files }, more);
}

export const topologyCases: readonly BadInput[] = [
  {
    name: 'an unknown key',
    step: topologyStep('    resolvers:', '    resolver:'),
    code: 'TOPOLOGY_INVALID',
    errors: ['topology.yml:15:5: hub.dns.resolver is not a known key; did you mean "resolvers"?'],
    hint: /^Go to the named file, line and column/,
  },
  {
    name: 'a misspelt key that has to be there',
    step: topologyStep('addressSpace: [10.1.', 'adressSpace: [10.1.'),
    code: 'TOPOLOGY_INVALID',
    errors: [
      'topology.yml:24:5: stamps.weu.network.addressSpace is missing; allowed: one or more networks.',
      'topology.yml:26:7: stamps.weu.network.adressSpace is not a known key; did you mean "addressSpace"?',
    ],
  },
  {
    name: 'overlapping networks',
    step: topologyStep('[10.2.0.0/16]', '[10.1.128.0/17]'),
    code: 'TOPOLOGY_INVALID',
    errors: [
      'topology.yml:35:22: stamps.neu.network.addressSpace[0]: 10.1.128.0/17 of stamp neu overlaps ' +
        '10.1.0.0/16 of stamp weu; peered networks must not overlap.',
    ],
  },
  {
    name: 'link-local addresses',
    step: topologyStep('[10.2.0.0/16]', '[169.254.0.0/16]'),
    code: 'TOPOLOGY_INVALID',
    errors: [
      'topology.yml:35:22: stamps.neu.network.addressSpace[0]: 169.254.0.0/16 of stamp neu overlaps ' +
        '169.254.0.0/16 (link-local), which Azure does not take as an address space.',
    ],
  },
  {
    name: 'loopback addresses without loopback: true',
    step: topologyStep('[10.2.0.0/16]', '[127.42.0.0/16]'),
    code: 'TOPOLOGY_INVALID',
    errors: [
      'topology.yml:35:22: stamps.neu.network.addressSpace[0]: 127.42.0.0/16 of stamp neu overlaps ' +
        '127.0.0.0/8 (loopback), which Azure does not take as an address space.',
    ],
  },
  {
    name: 'other addresses with loopback: true',
    step: deployStep(
      {},
      { 'topology.sandbox.yml': (t) => t.replace('127.42.0.0/16', '10.2.0.0/16') },
    ),
    code: 'TOPOLOGY_INVALID',
    errors: [
      'topology.sandbox.yml:20:11: stamps.neu.network.addressSpace[0]: 10.2.0.0/16 of stamp neu is not ' +
        'in 127.0.0.0/8; allowed with loopback: true: networks in 127.0.0.0/8 only.',
    ],
  },
  {
    name: 'no primary stamp',
    step: topologyStep('role: primary', 'role: secondary'),
    code: 'TOPOLOGY_INVALID',
    errors: ['topology.yml:18:1: stamps: No stamp has the role primary; allowed: exactly one.'],
  },
  {
    name: 'a step for a stamp that the topology lacks',
    step: deployStep({ stamp: 'sea' }),
    code: 'INPUT_INVALID',
    errors: ['stamp "sea" is not one of weu, neu, primary, secondary, all'],
    hint: /^Known stamps: weu, neu\. Also allowed: primary, secondary, all\.$/,
  },
];

export const templateCases: readonly BadInput[] = [
  {
    name: 'a parameter that the template does not declare, and one that is missing',
    step: deployStep(
      { parameters: '{ "sufix": "x" }' },
      { 'templates/stamp.json': (text) => text.replace(', "defaultValue": "app"', '') },
    ),
    code: 'INPUT_INVALID',
    errors: [
      'parameter "sufix" is not declared by the template, which has stamp, suffix; did you mean "suffix"?',
      'parameter "suffix" (string) is missing, and the template has no default for it',
    ],
  },
  {
    name: 'a parameter of another type',
    step: deployStep({ parameters: '{ "suffix": 7 }' }),
    code: 'INPUT_INVALID',
    errors: ['parameter "suffix" is an integer; allowed: string, so put it in quotes'],
  },
  {
    name: 'a template that does not exist',
    step: deployStep({ template: 'templates/absent.json' }),
    code: 'INPUT_INVALID',
    errors: ['INPUT_INVALID: Input "template" is templates/absent.json, which does not exist.'],
  },
  {
    name: 'no Bicep CLI',
    step: bicepStep('param stamp object\n', {}, { path: [] }),
    code: 'BICEP_NOT_FOUND',
    errors: [
      'BICEP_NOT_FOUND: No Bicep CLI was found on the PATH, in ~/.azure/bin, or in the tool cache ' +
        '(_tool), and bicepDownload is false.',
    ],
    hint: /^Put bicep on the PATH, give bicepPath, or set bicepDownload to true\.$/,
  },
  {
    name: 'Bicep with a syntax error',
    step: bicepStep(
      [
        'param stamp object',
        '',
        "resource group 'Microsoft.Network/networkSecurityGroups@2024-05-01' = {",
        "  name: 'nsg-${stamp.name}'",
        '  location stamp.region',
        '}',
        '',
      ].join('\n'),
    ),
    code: 'BICEP_COMPILE',
    errors: ['templates/stamp.bicep:5:12: Expected the ":" character at this location.'],
    hint: /^Each error is listed with file, line and column\.$/,
  },
  {
    name: 'Bicep with a text that does not end',
    step: bicepStep("param stamp object\nvar name = 'nsg-\n"),
    code: 'BICEP_COMPILE',
    errors: [
      'templates/stamp.bicep:2:12: The string at this location is not terminated due to an unexpected ' +
        'new line character.',
    ],
  },
];

const withModule = [
  'param stamp object',
  '',
  "module group 'modules/group.bicep' = {",
  "  name: 'group'",
  '  params: { stamp: stamp }',
  '}',
  '',
].join('\n');

/** A module that is not there; compilers differ in whether the module itself is reported as well. */
export const missingModule = bicepStep(withModule);

/** An error inside a module that is there. */
export const brokenModule = bicepStep(withModule, {
  'templates/modules/group.bicep': 'param stamp object\noutput name string = stmp.name\n',
});
