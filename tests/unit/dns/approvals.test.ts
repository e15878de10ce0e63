import assert from 'node:assert/strict';
import {
  planApprovals,
  shownAcceptance,
  type LinkConnection,
} from '../../../tasks/lib/dns/approvals.ts';
import type { AcceptedConnection } from '../../../tasks/lib/topology/model.ts';

const service = 'Microsoft.Network/privateLinkServices/pls';
const group = '/subscriptions/s/resourceGroups/rg-app';
const endpoint = `${group}/providers/Microsoft.Network/privateEndpoints/pe`;

function connection(more: Partial<LinkConnection> = {}): LinkConnection {
  return { id: '/c', service, endpointId: endpoint, status: 'Pending', message: 'hello', ...more };
}

describe('accepting connections', () => {
  /** What is accepted, what is there, and how many are approved, left, and missed. */
  const cases: [string, AcceptedConnection[], LinkConnection[], [number, number, number]][] = [
    ['nothing declared', [], [connection()], [0, 1, 0]],
    ['the endpoint', [{ service, from: endpoint.toUpperCase() }], [connection()], [1, 0, 0]],
    ['its resource group', [{ service, from: group }], [connection()], [1, 0, 0]],
    ['its subscription', [{ service, from: '/subscriptions/s' }], [connection()], [1, 0, 0]],
    [
      'a group that only begins alike',
      [{ service, from: `${group.slice(0, -1)}` }],
      [connection()],
      [0, 1, 0],
    ],
    ['another endpoint', [{ service, from: `${endpoint}-2` }], [connection()], [0, 1, 1]],
    ['the message', [{ service, message: 'hello' }], [connection()], [1, 0, 0]],
    ['a message that only begins alike', [{ service, message: 'hell' }], [connection()], [0, 1, 1]],
    [
      'the message from elsewhere',
      [{ service, message: 'hello', from: '/subscriptions/t' }],
      [connection()],
      [0, 1, 1],
    ],
    ['another service', [{ service: `${service}2`, from: group }], [connection()], [0, 1, 1]],
    [
      'a connection that is approved',
      [{ service, from: endpoint }],
      [connection({ status: 'Approved' })],
      [0, 0, 0],
    ],
    [
      'one that was turned down',
      [{ service, from: endpoint }],
      [connection({ status: 'Rejected' })],
      [0, 0, 1],
    ],
    ['a place that nothing comes from', [{ service, from: group }], [], [0, 0, 0]],
  ];
  for (const [name, accepted, connections, counts] of cases) {
    it(`of ${name}`, () => {
      const { approve, undeclared, unmet } = planApprovals(accepted, [service], connections);
      assert.deepEqual([approve.length, undeclared.length, unmet.length], counts);
    });
  }

  it('says in words what is missed', () => {
    const accepted = [
      { service, from: endpoint },
      { service, message: 'from Front Door' },
      { service: 'Microsoft.KeyVault/vaults/none', from: group },
    ];
    const rejected = connection({ status: 'Rejected' });
    const { unmet } = planApprovals(accepted, [service], [rejected]);
    assert.deepEqual(
      unmet.map(({ accepted: each, why }) => `${shownAcceptance(each)}: ${why}`),
      [
        `${service} from ${endpoint}: is Rejected`,
        `${service} with the message "from Front Door": no such connection is there`,
        `Microsoft.KeyVault/vaults/none from ${group}: the resource group has no such service, or its connections ` +
          'cannot be read',
      ],
    );
  });
});
