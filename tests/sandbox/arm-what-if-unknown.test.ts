import assert from 'node:assert/strict';
import { stamp, startWorld, vaultBody, vaultPath, type World } from '../unit/arm/arm-world.ts';
import { body, nested, template, type Shown } from '../unit/arm/templates.ts';
import { changes, deployed, predicted, short, zone } from '../unit/arm-what-if/what-if-world.ts';

const kv = `${stamp}/providers/Microsoft.KeyVault/vaults/kv-what-if`;
const vaultUri =
  "[reference(resourceId('Microsoft.KeyVault/vaults', 'kv-what-if'), '2023-07-01').vaultUri]";
const vaultUriText = `[reference('${kv}', '2023-07-01').vaultUri]`;

/** A nested deployment with one parameter that only the deployment knows. */
const given = (inner: Shown, value = vaultUri): Shown => {
  const made = nested('n', inner);
  Object.assign(made['properties'] as Shown, { parameters: { p: { value } } });
  return made;
};

/** Of a zone that the same template makes: validation cannot see it either. */
const ofNew =
  "[reference(resourceId('Microsoft.Network/privateDnsZones', 'new.example'), '2024-06-01').x]";

const parameters = (type: string): Shown => ({ parameters: { p: { type } } });

describe('sandbox arm: what-if of what is not known yet', () => {
  let world: World;

  beforeEach(async () => {
    world = await startWorld();
    await world.make(vaultPath(stamp, 'kv-what-if'), vaultBody());
  });
  afterEach(() => world.stop());

  it('shows the expression where a deployed resource is asked, as noise on a second run', async () => {
    const content = body(template([zone('a.example', { tags: { uri: vaultUri, plain: 'x' } })]));
    const [first] = await changes(world, stamp, content);
    assert.deepEqual(first?.after?.['tags'], { uri: vaultUriText, plain: 'x' });
    await deployed(world, stamp, content);
    const [again] = await changes(world, stamp, content);
    assert.equal(again?.changeType, 'Modify');
    assert.deepEqual(again?.delta, [
      {
        path: 'tags.uri',
        propertyChangeType: 'Modify',
        before: 'https://kv-what-if.vault.azure.net/',
        after: vaultUriText,
      },
    ]);
  });

  it('knows outputs of nested deployments, one by one, and hands on the others as expressions', async () => {
    const inner = template([zone('a.example')], {
      outputs: {
        known: {
          type: 'string',
          value: "[resourceId('Microsoft.Network/privateDnsZones', 'a.example')]",
        },
        late: {
          type: 'int',
          value:
            "[reference(resourceId('Microsoft.Network/privateDnsZones', 'a.example'), '2024-06-01').numberOfRecordSets]",
        },
        text: { type: 'string', value: vaultUri },
      },
    });
    const output = (name: string): string =>
      `[reference(resourceId('Microsoft.Resources/deployments', 'n'), '2022-09-01').outputs.${name}.value]`;
    const { outputs, ...without } = inner;
    const { late: _late, ...typed } = outputs as Shown;
    for (const [content, tags] of [
      [
        { ...without, outputs: typed },
        {
          known: `${stamp}/providers/Microsoft.Network/privateDnsZones/a.example`,
          text: vaultUriText,
        },
      ],
      [
        // An output that cannot even be typed leaves all outputs to the deployment.
        inner,
        Object.fromEntries(
          ['known', 'text'].map((name) => [
            name,
            `[reference('${stamp}/providers/Microsoft.Resources/deployments/n', '2022-09-01').outputs.${name}.value]`,
          ]),
        ),
      ],
    ] as const) {
      const found = await changes(
        world,
        stamp,
        body(
          template([
            zone('b.example', { tags: { known: output('known'), text: output('text') } }),
            nested('n', content),
          ]),
        ),
      );
      assert.deepEqual(found[0]?.after?.['tags'], tags);
    }
  });

  it('gives unknown parameters to nested templates; a name made of one is Unsupported', async () => {
    const inner = template(
      [
        {
          type: 'Microsoft.Authorization/roleAssignments',
          apiVersion: '2022-04-01',
          scope: "[resourceId('Microsoft.KeyVault/vaults', 'kv-what-if')]",
          name: "[guid(parameters('p'))]",
          properties: {
            principalId: "[parameters('p')]",
            roleDefinitionId: '/providers/Microsoft.Authorization/roleDefinitions/r',
          },
        },
        zone('a.example', { tags: { p: "[parameters('p')]" } }),
      ],
      parameters('string'),
    );
    const found = await predicted(world, stamp, body(template([zone('b.example'), given(inner)])));
    const resourceId = `[extensionResourceId('${kv}', 'Microsoft.Authorization/roleAssignments', guid(parameters('p')))]`;
    assert.equal(found.diagnostics, undefined);
    assert.deepEqual(found.changes[1], {
      resourceId,
      changeType: 'Unsupported',
      unsupportedReason:
        "Changes to the resource declared at 'properties.template.resources[1].properties.template.resources[0]' " +
        'on line 0 and column 0 cannot be analyzed because its resource ID or API version cannot be calculated ' +
        'until the deployment is under way. Please see https://aka.ms/WhatIfUnidentifiableResource for more ' +
        'guidance.',
      after: {
        apiVersion: '2022-04-01',
        id: resourceId,
        type: 'Microsoft.Authorization/roleAssignments',
        properties: {
          principalId: vaultUriText,
          roleDefinitionId: '/providers/Microsoft.Authorization/roleDefinitions/r',
        },
      },
    });
    assert.deepEqual(found.changes[2]?.after?.['tags'], { p: vaultUriText });
  });

  it('says Deploy, or Create without a payload, where not even the shape of a body is known', async () => {
    const inner = template([], { outputs: { late: { type: 'string', value: vaultUri } } });
    const late =
      "[reference(resourceId('Microsoft.Resources/deployments', 'n')).outputs.late.value]";
    const tags = { n: `[string(int(${late.slice(1, -1)}))]` };
    const resources = [
      zone('a.example', { tags }),
      zone('b.example', { tags }),
      nested('n', inner),
    ];
    await deployed(world, stamp, body(template([zone('a.example')])));
    const id = `${stamp}/providers/Microsoft.Network/privateDnsZones/a.example`;
    const found = await changes(world, stamp, body(template(resources)));
    assert.deepEqual(found.slice(0, 2), [
      {
        resourceId: id,
        changeType: 'Deploy',
        before: {
          apiVersion: '2024-06-01',
          id,
          type: 'Microsoft.Network/privateDnsZones',
          name: 'a.example',
          location: 'global',
        },
      },
      { resourceId: id.replace('a.example', 'b.example'), changeType: 'Create' },
    ]);
  });

  it('stops at a nested template whose plan hangs on an unknown parameter, with a diagnostic', async () => {
    for (const inner of [
      template([zone('a.example')], parameters('int')),
      template(
        [
          zone("[concat('a', copyIndex(), '.example')]", {
            copy: { name: 'c', count: "[length(parameters('p'))]" },
          }),
        ],
        parameters('array'),
      ),
    ]) {
      const found = await predicted(
        world,
        stamp,
        body(template([given(inner, ofNew), zone('new.example')])),
      );
      assert.deepEqual(short(found.changes), [
        'Create Microsoft.Network/privateDnsZones/new.example',
        'Ignore Microsoft.KeyVault/vaults/kv-what-if',
      ]);
      assert.deepEqual(found.diagnostics, [
        {
          level: 'Warning',
          code: 'NestedDeploymentShortCircuited',
          target: `${stamp}/providers/Microsoft.Resources/deployments/n`,
          message:
            'A nested deployment got short-circuited and all its resources got skipped from validation. This is ' +
            'due to a nested template having a parameter that was not fully evaluated (e.g. contains a reference() ' +
            'function). Please see https://aka.ms/WhatIfEvalStopped for more guidance.',
        },
      ]);
    }
  });
});
