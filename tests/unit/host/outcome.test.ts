import assert from 'node:assert/strict';
import { SpokelineError } from '../../../tasks/lib/errors.ts';
import { reportFailure } from '../../../tasks/lib/host/outcome.ts';
import { createPrinter } from '../../../tasks/lib/host/printer.ts';
import { createRedactor } from '../../../tasks/lib/host/redactor.ts';

describe('the report of a failure', () => {
  it('gives each root cause with its resource, its advice and its page', () => {
    const lines: string[] = [];
    const printer = createPrinter((line) => lines.push(line), createRedactor());
    const error = new SpokelineError(
      'ARM_DEPLOYMENT',
      'The deployment failed with one root cause.',
      {
        correlationId: 'c0ffee',
        hint: 'See the portal.',
        details: [
          {
            code: 'SubnetIsFull',
            message: 'no address left ##vso[task.complete]',
            target: '/subscriptions/s/subnet',
            hint: 'Take a larger one. https://learn.microsoft.com/x',
            link: 'https://portal.azure.com/#resource/subscriptions/s/subnet',
          },
        ],
      },
    );
    reportFailure(printer, error);
    assert.deepEqual(
      lines.filter((line) => !line.startsWith('##vso[task.debug]')),
      [
        '##[error]ARM_DEPLOYMENT: The deployment failed with one root cause.',
        '##vso[task.logissue type=error;code=SubnetIsFull;]/subscriptions/s/subnet: no address left # #vso[task.complete]',
        '  What to do: Take a larger one. https://learn.microsoft.com/x',
        '  https://portal.azure.com/#resource/subscriptions/s/subnet',
        'What to do: See the portal.',
        'Correlation id: c0ffee',
      ],
    );
  });
});
