import { systemClock, type Clock } from '../net/clock.ts';
import { workingDirectory, type AgentPort } from './agent-port.ts';
import type { AgentInfo, TaskContext } from './context.ts';
import type { Printer } from './printer.ts';
import type { Redactor } from './redactor.ts';

/** The agent's own account of the job, without anything secret. */
export function agentInfo(port: AgentPort): AgentInfo {
  const variable = (name: string) => port.variable(name);
  const buildId = variable('Build.BuildId') ?? '';
  const name = variable('Agent.Name');
  const collection =
    variable('System.CollectionUri') ?? variable('System.TeamFoundationCollectionUri');
  const project = variable('System.TeamProject');
  const runUrl =
    collection && project && buildId
      ? `${collection.replace(/\/*$/, '/')}${encodeURIComponent(project)}/_build/results?buildId=${buildId}`
      : undefined;
  const toolsDirectory = variable('Agent.ToolsDirectory');
  return {
    tempDirectory: variable('Agent.TempDirectory') ?? workingDirectory(port),
    ...(toolsDirectory === undefined ? {} : { toolsDirectory }),
    workingDirectory: workingDirectory(port),
    buildId,
    ...(name === undefined ? {} : { name }),
    ...(runUrl === undefined ? {} : { runUrl }),
    stage: variable('System.StageName') ?? '',
    job: variable('System.JobName') ?? '',
    attempt: variable('System.JobAttempt') ?? '1',
    step: variable('System.TaskInstanceName') ?? '',
    environment: port.environment(),
  };
}

/** Hides a secret from our own output and tells the agent's masker, a line for each form of it. */
function maskWith(printer: Printer, redactor: Redactor, secret: string): void {
  for (const form of redactor.add(secret)) {
    // `task.setsecret` throws for text of several lines unless a variable allows it, and a failed command
    // fails the task; the lines are masked one by one instead.
    if (!/[\r\n]/.test(form)) printer.exactCommand('task.setsecret', {}, form);
  }
}

/**
 * Characters of an output variable. The agent hands output variables, secret ones to tasks as well, to the steps after
 * this one in their environment: a longer one is cut off on Windows, and keeps every later step from starting on Linux.
 * https://github.com/microsoft/azure-pipelines-agent/pull/1508
 * https://github.com/microsoft/azure-pipelines-tasks/issues/9379
 */
const longestOutput = 32_000;

export function createTaskContext(
  port: AgentPort,
  printer: Printer,
  redactor: Redactor,
  signal: AbortSignal,
  clock: Clock = systemClock,
): TaskContext {
  const mask = (secret: string) => maskWith(printer, redactor, secret);
  const unset = (name: string, why: string) =>
    printer.command('task.logissue', { type: 'warning' }, `Output "${name}" ${why}`);
  const severalLinesAllowed =
    port.variable('System.UnsafeAllowMultilineSecret')?.toLowerCase() === 'true';
  return {
    signal,
    log: printer,
    clock,
    agent: agentInfo(port),
    mask,
    setOutput(name, value, options = {}) {
      const { secret = false, whole } = options;
      if (secret) mask(value);
      if (value.length > longestOutput) {
        const instead = whole === undefined ? '' : ` The file named by "${whole}" has it.`;
        unset(
          name,
          `has ${value.length} characters, more than later steps can be given (${longestOutput}): ` +
            `it was not set.${instead}`,
        );
        return;
      }
      if (secret && /[\r\n]/.test(value) && !severalLinesAllowed) {
        unset(name, 'is secret and has several lines, which the agent refuses: it was not set.');
        return;
      }
      printer.exactCommand(
        'task.setvariable',
        { variable: name, isOutput: 'true', isSecret: secret ? 'true' : undefined },
        value,
      );
    },
    uploadSummary: (file) => printer.exactCommand('task.uploadsummary', {}, file),
    addAttachment: (type, name, file) =>
      printer.exactCommand('task.addattachment', { type, name }, file),
    publishTestResults: (file, title) =>
      printer.exactCommand(
        'results.publish',
        {
          type: 'JUnit',
          mergeResults: 'false',
          publishRunAttachments: 'false',
          runTitle: title,
          resultFiles: file,
          failTaskOnFailedTests: 'false',
          testRunSystem: 'VSTSTask',
        },
        '',
      ),
    issue: (severity, message, at = {}) =>
      printer.command(
        'task.logissue',
        {
          type: severity,
          sourcepath: at.file,
          linenumber: at.line,
          columnnumber: at.column,
          code: at.code,
        },
        message,
      ),
  };
}
