import assert from 'node:assert/strict';
import { failing, useFakeArm, zone, type Answer } from './fake-arm.ts';

describe('azure/arm-errors', () => {
  const fake = useFakeArm();

  describe('errors', () => {
    const denied =
      "The client 'a' with object id 'b' does not have authorization to perform action " +
      "'Microsoft.Network/privateDnsZones/A/write' over scope '/subscriptions/s/x' or the scope is invalid.";
    const linked =
      "The client 'a' with object id 'b' has permission to perform action " +
      "'Microsoft.Network/virtualNetworks/virtualNetworkPeerings/write' on scope '/subscriptions/s/a'; " +
      'however, it does not have permission to perform action(s) ' +
      "'Microsoft.Network/virtualNetworks/peer/action' on the linked scope(s) '/subscriptions/h/vnet' " +
      '(respectively) or the linked scope(s) are invalid.';
    const table: {
      title: string;
      answer: Answer;
      code: string;
      message: string;
      details?: unknown[];
    }[] = [
      {
        title: 'a missing right with action and scope',
        answer: { status: 403, body: { error: { code: 'AuthorizationFailed', message: denied } } },
        code: 'ARM_FORBIDDEN',
        message:
          'The identity lacks the action Microsoft.Network/privateDnsZones/A/write at /subscriptions/s/x.',
      },
      {
        title: 'a right missing at a linked scope',
        answer: {
          status: 403,
          body: { error: { code: 'LinkedAuthorizationFailed', message: linked } },
        },
        code: 'ARM_FORBIDDEN',
        message:
          'The identity lacks the action Microsoft.Network/virtualNetworks/peer/action at /subscriptions/h/vnet.',
      },
      {
        title: 'a precondition',
        answer: { status: 412, body: { code: 'PreconditionFailed', message: 'changed' } },
        code: 'ARM_PRECONDITION',
        message: `PUT ${zone} was answered with 412 PreconditionFailed: changed`,
      },
      {
        title: 'a lock as a conflict',
        answer: { status: 403, body: { error: { code: 'ScopeLocked', message: 'locked' } } },
        code: 'ARM_CONFLICT',
        message: `PUT ${zone} was answered with 403 ScopeLocked: locked`,
      },
      {
        title: 'the innermost details, also those inside a message',
        answer: {
          status: 400,
          body: {
            error: {
              code: 'Outer',
              message: 'outer',
              details: [
                { code: 'A', message: 'first', target: '/one' },
                {
                  code: 'B',
                  message: JSON.stringify({ error: { code: 'C', message: 'second' } }),
                  target: '/two',
                },
                { code: 'A', message: 'first', target: '/one' },
              ],
            },
          },
        },
        code: 'ARM_REQUEST',
        message: `PUT ${zone} was answered with 400 Outer: outer`,
        details: [
          { code: 'A', message: 'first', target: '/one' },
          { code: 'C', message: 'second', target: '/two' },
        ],
      },
      {
        title: 'a page of a proxy',
        answer: { status: 400, text: '<html>\n  Bad\n</html>' },
        code: 'ARM_REQUEST',
        message: `PUT ${zone} was answered with 400: <html> Bad </html>`,
        details: [],
      },
    ];
    for (const { title, answer: given, code, message, details } of table) {
      it(`says ${title}`, async () => {
        fake.answers = [given];
        const error = await failing(fake.arm.put(zone, 'v', {}));
        assert.equal(error.code, code);
        assert.equal(error.message, message);
        assert.equal(error.correlationId, 'corr-1');
        if (details) assert.deepEqual(error.details, details);
      });
    }
  });
});
