import assert from 'node:assert/strict';
import { planDeployment } from '../../../sandbox/azure/arm/template/plan.ts';
import type { DeploymentPlan } from '../../../sandbox/azure/arm/template/plan.ts';
import { VNET, vnet } from './cases/refused-resources.ts';
import { SCOPES, SUBSCRIPTION, stubHost, template } from './stub-host.ts';

const RG = SCOPES.resourceGroup.id;

function plan(resources: unknown, members: Record<string, unknown> = {}): DeploymentPlan {
  const symbolic = Array.isArray(resources) ? {} : { languageVersion: '2.0' };
  return planDeployment(template({ ...symbolic, resources, ...members }), {}, stubHost());
}

function edges(result: DeploymentPlan): Record<string, string[]> {
  const names = new Map(
    result.resources.map(({ key, symbol, name }) => [key, symbol ? key : name]),
  );
  return Object.fromEntries(
    result.resources.map(({ key, dependsOn }) => [
      names.get(key) ?? key,
      dependsOn.map((other) => names.get(other) ?? other),
    ]),
  );
}

describe('resources of a plan', () => {
  it('have id, type, name, scope and a body without the members that steer the deployment', () => {
    const [only] = plan(
      [
        vnet("[format('{0}-{1}', parameters('prefix'), 'hub')]", {
          tags: { "[format('env-{0}', 'x')]": "[toUpper(variables('v'))]" },
          sku: '[null()]',
          comments: 'gone',
          metadata: { description: 'gone' },
          condition: true,
          dependsOn: [],
          properties: { literal: '[[text]', nothing: null, list: ['[add(1, 1)]', true] },
        }),
      ],
      { parameters: { prefix: { type: 'string', defaultValue: 'net' } }, variables: { v: 'test' } },
    ).resources;
    assert.ok(only !== undefined);
    const { body, ...shown } = only;
    assert.deepEqual(shown, {
      key: `${RG}/providers/${VNET}/net-hub`.toLowerCase(),
      path: 'resources[0]',
      id: `${RG}/providers/${VNET}/net-hub`,
      type: VNET,
      name: 'net-hub',
      apiVersion: '2024-05-01',
      scope: SCOPES.resourceGroup,
      existing: false,
      condition: true,
      dependsOn: [],
      usesRunTime: false,
    });
    assert.deepEqual(body(), {
      name: 'net-hub',
      type: VNET,
      apiVersion: '2024-05-01',
      location: 'westeurope',
      tags: { 'env-x': 'TEST' },
      properties: { literal: '[text]', nothing: null, list: [2, true] },
    });
  });

  it('give a fresh body each time', () => {
    const [only] = plan([vnet('a', { properties: "[createObject('list', variables('v'))]" })], {
      variables: { v: [1] },
    }).resources;
    const first = only?.body() as { properties: { list: number[] } };
    first.properties.list.push(2);
    assert.deepEqual(only?.body()['properties'], { list: [1] });
  });

  it('inside of others have the names and types of both, and no dependency of their own', () => {
    const subnet = {
      type: 'subnets',
      apiVersion: '2024-05-01',
      name: "[concat('s', copyIndex())]",
      dependsOn: ["[resourceId('Microsoft.Network/virtualNetworks', concat('v', copyIndex()))]"],
    };
    const result = plan([
      vnet("[concat('v', copyIndex())]", { copy: { name: 'nets', count: 2 }, resources: [subnet] }),
    ]);
    assert.deepEqual(edges(result), { v0: [], v1: [], 'v0/s0': ['v0'], 'v1/s1': ['v1'] });
    assert.deepEqual(
      result.resources.map(({ id }) => id.slice(RG.length)),
      [
        `/providers/${VNET}/v0`,
        `/providers/${VNET}/v1`,
        `/providers/${VNET}/v0/subnets/s0`,
        `/providers/${VNET}/v1/subnets/s1`,
      ],
    );
  });

  it('depend by id, by name, by type and name, and by the name of a loop', () => {
    const result = plan([
      vnet('a'),
      vnet('b', { dependsOn: ["[resourceId('Microsoft.Network/virtualNetworks', 'A')]"] }),
      vnet('c', { dependsOn: ['b', `${VNET}/a`] }),
      vnet("[format('l{0}', copyIndex(1))]", { copy: { name: 'loop', count: 2 } }),
      vnet('d', { dependsOn: ['loop', 'none'] }),
      vnet("[concat('n', copyIndex())]", { copy: { name: 'none', count: 0 } }),
    ]);
    assert.deepEqual(edges(result), {
      a: [],
      b: ['a'],
      c: ['b', 'a'],
      l1: [],
      l2: [],
      d: ['l1', 'l2'],
    });
  });

  it('depend by symbolic name, of all or one of a loop', () => {
    const result = plan({
      hub: vnet('hub'),
      spokes: vnet("[format('s{0}', copyIndex())]", { copy: { name: 'spokes', count: 2 } }),
      all: vnet('all', { dependsOn: ['spokes', 'hub'] }),
      one: vnet('one', { dependsOn: ["[format('spokes[{0}]', 1)]"] }),
    });
    assert.deepEqual(edges(result), {
      hub: [],
      'spokes[0]': [],
      'spokes[1]': [],
      all: ['spokes[0]', 'spokes[1]', 'hub'],
      one: ['spokes[1]'],
    });
    assert.deepEqual(result.resources[2]?.copyGroup, {
      name: 'spokes',
      mode: 'parallel',
      index: 1,
      count: 2,
    });
  });

  it('depend through reference() by name, in both language versions, and not through ids', () => {
    const byName = { value: "[reference('a').x]", keys: "[listKeys('a', '2024-05-01')]" };
    const byId = { value: "[reference(resourceId('Microsoft.Network/virtualNetworks', 'a')).x]" };
    const result = plan([
      vnet('a'),
      vnet('b', { properties: byName }),
      vnet('c', { properties: byId }),
    ]);
    assert.deepEqual(edges(result), { a: [], b: ['a'], c: [] });
    const symbolic = plan({
      nets: vnet("[format('n{0}', copyIndex())]", { copy: { name: 'nets', count: 2 } }),
      one: vnet('one', { properties: { x: "[reference(format('nets[{0}]', 1)).x]" } }),
      many: vnet('many', { properties: { x: "[references('nets')]" } }),
      looped: vnet('looped', {
        properties: {
          copy: [
            { name: 'x', count: 2, input: "[reference(format('nets[{0}]', copyIndex('x'))).x]" },
          ],
        },
      }),
    });
    assert.deepEqual(edges(symbolic), {
      'nets[0]': [],
      'nets[1]': [],
      one: ['nets[1]'],
      many: ['nets[0]', 'nets[1]'],
      looped: ['nets[0]', 'nets[1]'],
    });
  });

  it('of a serial copy wait for the batch before', () => {
    const serial = (batchSize?: number): DeploymentPlan =>
      plan([
        vnet("[concat('v', copyIndex())]", {
          copy: { name: 'l', count: 5, mode: 'Serial', ...(batchSize ? { batchSize } : {}) },
        }),
      ]);
    assert.deepEqual(edges(serial(2)), {
      v0: [],
      v1: [],
      v2: ['v0', 'v1'],
      v3: ['v0', 'v1'],
      v4: ['v2', 'v3'],
    });
    assert.deepEqual(edges(serial())['v4'], ['v3']);
  });

  it('with a false condition stay in the plan and nobody waits for them', () => {
    const result = plan(
      [
        vnet('a', { condition: "[equals(parameters('x'), 'y')]" }),
        vnet('b', { dependsOn: ['a'] }),
        vnet("[split('a', '/')[7]]", { condition: false }),
      ],
      { parameters: { x: { type: 'string', defaultValue: 'n' } } },
    );
    assert.deepEqual(
      result.resources.map(({ condition }) => condition),
      [false, true, false],
    );
    assert.deepEqual(result.resources[1]?.dependsOn, []);
  });

  it('may share an id if at most one is deployed', () => {
    const pair = (second: boolean): DeploymentPlan =>
      plan([vnet('a', { condition: true }), vnet('A', { condition: second })]);
    assert.equal(new Set(pair(false).resources.map(({ key }) => key)).size, 2);
    assert.throws(() => pair(true), {
      message: `The resource '${VNET}/A' is defined multiple times in a template.`,
    });
  });

  it('expand loops over properties, with their own index and that of the resource', () => {
    const [, second] = plan(
      [
        vnet("[concat('v', copyIndex())]", {
          copy: { name: 'nets', count: 2 },
          properties: {
            copy: [
              {
                name: 'subnets',
                count: "[length(variables('names'))]",
                input: {
                  name: "[variables('names')[copyIndex('subnets')]]",
                  prefix:
                    "[cidrSubnet(format('10.{0}.0.0/16', copyIndex()), 24, copyIndex('subnets', 1))]",
                },
              },
              { name: 'empty', count: 0, input: 'x' },
            ],
            other: "[copyIndex('nets', 10)]",
          },
        }),
      ],
      { variables: { names: ['a', 'b'] } },
    ).resources;
    assert.deepEqual(second?.body()['properties'], {
      subnets: [
        { name: 'a', prefix: '10.1.1.0/24' },
        { name: 'b', prefix: '10.1.2.0/24' },
      ],
      empty: [],
      other: 11,
    });
  });

  it('that exist already are read and not deployed', () => {
    const result = plan({
      hub: {
        existing: true,
        type: VNET,
        apiVersion: '2024-05-01',
        name: 'hub',
        resourceGroup: 'rg-hub',
      },
      far: {
        existing: true,
        type: VNET,
        apiVersion: '2024-05-01',
        name: 'far',
        subscriptionId: '00000000-0000-4000-8000-00000000000a',
        resourceGroup: 'rg-far',
      },
    });
    assert.deepEqual(
      result.resources.map(({ existing, id }) => [existing, id]),
      [
        [true, `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg-hub/providers/${VNET}/hub`],
        [
          true,
          `/subscriptions/00000000-0000-4000-8000-00000000000a/resourceGroups/rg-far/providers/${VNET}/far`,
        ],
      ],
    );
  });

  it('carry the options of symbolic templates', () => {
    const [only] = plan({
      a: vnet('a', { '@options': { onlyIfNotExists: '[not(false())]' } }),
    }).resources;
    assert.deepEqual(only?.options, { onlyIfNotExists: true });
  });

  it('report cycles with the id of a resource in them', () => {
    const cycle = [
      vnet('a', { dependsOn: ['b'] }),
      vnet('b', { dependsOn: ['c'] }),
      vnet('c', { dependsOn: ['a'] }),
    ];
    assert.throws(() => plan(cycle), {
      code: 'InvalidTemplate',
      message: `Circular dependency detected on resource: '${RG}/providers/${VNET}/a'.`,
    });
    const itself = { a: vnet('a', { properties: { x: "[reference('a').x]" } }) };
    assert.throws(() => plan(itself), {
      message: `Circular dependency detected on resource: '${RG}/providers/${VNET}/a'.`,
    });
  });
});
