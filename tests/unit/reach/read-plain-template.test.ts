import assert from 'node:assert/strict';
import { resourcesOfPlainTemplate } from '../../../tasks/lib/reach/read/plain-template.ts';

const place = { subscriptionId: 's', resourceGroup: 'rg' };

/** The names of the networks that a template with conditions has. */
function networks(...conditions: unknown[]): string[] {
  const resources = conditions.map((condition, position) => ({
    type: 'Microsoft.Network/virtualNetworks',
    name: `v${position}`,
    ...(condition === undefined ? {} : { condition }),
  }));
  const template = { variables: { off: false }, resources };
  return resourcesOfPlainTemplate(template, { on: true, kind: 'hub' }, place, 't.json').map(
    ({ id }) => id.split('/').at(-1) ?? '',
  );
}

describe('reach: plain templates', () => {
  for (const [condition, expected] of [
    [undefined, true],
    [true, true],
    [false, false],
    ["[parameters('on')]", true],
    ["[not(parameters('on'))]", false],
    ["[variables('off')]", false],
    ["[equals(parameters('kind'), 'hub')]", true],
    ["[and(parameters('on'), equals(parameters('kind'), 'spoke'))]", false],
    ["[or(variables('off'), equals(parameters('kind'), 'hub'))]", true],
  ] as const) {
    it(`${expected ? 'has' : 'leaves out'} what is deployed if ${condition}`, () => {
      assert.deepEqual(networks(condition, undefined), expected ? ['v0', 'v1'] : ['v1']);
    });
  }

  for (const [condition, message] of [
    ["[empty(parameters('kind'))]", /the function empty in \[empty\(parameters\('kind'\)\)\]/],
    ["[parameters('kind')]", /"condition" of a Microsoft.Network\/virtualNetworks/],
    ["[not(parameters('kind'))]", /of which a part is no truth/],
    ["[parameters('gone')]", /parameter "gone" has no value/],
    ['yes', /"condition" of a Microsoft.Network\/virtualNetworks/],
  ] as const) {
    it(`refuses the condition ${condition}`, () => {
      assert.throws(() => networks(condition), message);
    });
  }
});
