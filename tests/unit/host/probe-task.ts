import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { SpokelineError } from '../../../tasks/lib/errors.ts';
import { choice, connection, defineInputs, path, text } from '../../../tasks/lib/host/inputs.ts';
import { runTask } from '../../../tasks/lib/host/run-task.ts';

// A task for run-task.test.ts, started as the agent starts one: a process of its own.

const inputs = defineInputs({
  act: choice(
    [
      'succeed',
      'fail',
      'fail-with-details',
      'bug',
      'throw-text',
      'uncaught',
      'unhandled',
      'never',
      'exit',
      'open-socket',
      'wait',
      'wait-and-tell',
      'wait-and-mark',
      'print-and-mark',
      'ignore-abort',
      'swallow-abort',
      'print-secrets',
      'print-paths',
    ],
    { required: true },
  ),
  azureSubscription: connection(),
  template: path(),
  note: text(),
});

function keepAlive(): void {
  createServer().listen(0, '127.0.0.1');
}

runTask(inputs, async (given, context) => {
  const { signal, log } = context;
  const aborted = () =>
    new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
  switch (given.act) {
    case 'succeed':
      log.info(`note: ${given.note}`);
      return;
    case 'fail':
      throw new SpokelineError('ARM_CONFLICT', 'It is busy ##vso[a.b].', { correlationId: 'c-1' });
    case 'fail-with-details':
      throw new SpokelineError('TOPOLOGY_INVALID', 'Two problems.', {
        hint: 'Mend it.',
        details: [
          { message: 'one is wrong', file: 'topology.yml', line: 3, column: 7 },
          { message: 'two is wrong', code: 'Other', target: '/two' },
        ],
      });
    case 'bug':
      (undefined as unknown as { nothing(): void }).nothing();
      return;
    case 'throw-text':
      return Promise.reject('just text' as unknown as Error);
    case 'uncaught':
      setTimeout(() => {
        throw new Error('later');
      });
      keepAlive();
      return new Promise(() => {});
    case 'unhandled':
      void Promise.reject(new Error('nobody cares'));
      keepAlive();
      return new Promise(() => {});
    case 'never':
      return new Promise(() => {});
    case 'exit':
      process.exit(3);
      return;
    case 'open-socket':
      keepAlive();
      return;
    case 'wait':
      keepAlive();
      log.info('ready');
      await aborted();
      signal.throwIfAborted();
      return;
    case 'wait-and-tell':
      keepAlive();
      log.info('ready');
      await aborted();
      throw new SpokelineError('CANCELLED', 'The deployment d-1 was cancelled; nothing is left.');
    case 'wait-and-mark':
      keepAlive();
      log.info('ready');
      await aborted();
      await writeFile(given.note ?? '', 'undone');
      return;
    case 'print-and-mark':
      log.info('ready');
      while (!signal.aborted) {
        log.info('still here');
        await context.clock.sleep(20);
      }
      await writeFile(given.note ?? '', 'undone');
      return;
    case 'ignore-abort':
      keepAlive();
      log.info('ready');
      return new Promise(() => {});
    case 'swallow-abort':
      keepAlive();
      log.info('ready');
      return aborted();
    case 'print-secrets': {
      const { secret, federation } = given.azureSubscription ?? {};
      log.info(`secret ${secret} token ${federation?.accessToken}`);
      log.info(`left in the environment: ${Object.values(process.env).includes(secret)}`);
      log.info(`handed to children: ${Object.keys(context.agent.environment).join(' ')}`);
      return;
    }
    case 'print-paths':
      log.info(`template: ${given.template}`);
      return;
  }
});
