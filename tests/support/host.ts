import type { AgentPort } from '../../tasks/lib/host/agent-port.ts';
import type { AgentInfo, IssuePlace, TaskContext } from '../../tasks/lib/host/context.ts';
import type { Clock } from '../../tasks/lib/net/clock.ts';
import { fakeClock } from './clock.ts';

export interface RecordedIssue extends IssuePlace {
  readonly severity: 'error' | 'warning';
  readonly message: string;
}

/** A task's context that keeps what the task did to it. */
export interface RecordedContext extends TaskContext {
  /** `level: text`, in order. */
  readonly lines: string[];
  readonly outputs: Record<string, { value: string; secret: boolean; whole?: string }>;
  readonly masked: string[];
  readonly summaries: string[];
  readonly attachments: { type: string; name: string; file: string }[];
  readonly testResults: { file: string; title: string }[];
  readonly issues: RecordedIssue[];
}

export interface FakeContextOptions {
  readonly signal?: AbortSignal;
  readonly clock?: Clock;
  readonly agent?: Partial<AgentInfo>;
}

/** A directory of the agent for what writes no file. */
export const nowhere = '/nonexistent';

/** @param directory the agent's temporary and working directory: a folder of the test, which removes it */
export function fakeContext(directory: string, options: FakeContextOptions = {}): RecordedContext {
  const lines: string[] = [];
  const outputs: RecordedContext['outputs'] = {};
  const masked: string[] = [];
  const summaries: string[] = [];
  const attachments: RecordedContext['attachments'] = [];
  const testResults: RecordedContext['testResults'] = [];
  const issues: RecordedIssue[] = [];
  return {
    signal: options.signal ?? new AbortController().signal,
    clock: options.clock ?? fakeClock(),
    log: {
      info: (text) => lines.push(`info: ${text}`),
      warning: (text) => lines.push(`warning: ${text}`),
      error: (text) => lines.push(`error: ${text}`),
      debug: (text) => lines.push(`debug: ${text}`),
      progress: (percent, text) => lines.push(`progress: ${percent} ${text}`),
    },
    agent: {
      tempDirectory: directory,
      workingDirectory: directory,
      buildId: '1',
      stage: 'release',
      job: 'deploy',
      attempt: '1',
      step: 'StampDeploy',
      environment: { PATH: process.env['PATH'] ?? '' },
      ...options.agent,
    },
    mask: (secret) => masked.push(secret),
    setOutput(name, value, { secret = false, whole } = {}) {
      if (secret) masked.push(value);
      outputs[name] = { value, secret, ...(whole === undefined ? {} : { whole }) };
    },
    uploadSummary: (file) => summaries.push(file),
    addAttachment: (type, name, file) => attachments.push({ type, name, file }),
    publishTestResults: (file, title) => testResults.push({ file, title }),
    issue: (severity, message, at = {}) => issues.push({ severity, message, ...at }),
    lines,
    outputs,
    masked,
    summaries,
    attachments,
    testResults,
    issues,
  };
}

/** What a fake agent hands over; names and keys ignore case, as with the real one. */
export interface FakeAgent {
  readonly inputs?: Readonly<Record<string, string>>;
  /** Path inputs, in addition to `inputs`; names are those of task.json. */
  readonly paths?: Readonly<Record<string, string>>;
  readonly variables?: Readonly<Record<string, string>>;
  /** The step's own environment. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly endpoints?: Readonly<
    Record<
      string,
      {
        readonly url?: string;
        readonly scheme?: string;
        readonly parameters?: Readonly<Record<string, string>>;
        readonly data?: Readonly<Record<string, string>>;
      }
    >
  >;
}

function find<T>(record: Readonly<Record<string, T>> | undefined, name: string): T | undefined {
  const wanted = name.toLowerCase();
  return Object.entries(record ?? {}).find(([key]) => key.toLowerCase() === wanted)?.[1];
}

export function fakePort(agent: FakeAgent): AgentPort {
  const filled = (value: string | undefined) => (value === '' ? undefined : value);
  const endpoint = (id: string) => find(agent.endpoints, id);
  return {
    input: (name) => filled(find(agent.inputs, name)?.trim()),
    pathInput: (name) => filled(find(agent.paths, name)),
    variable: (name) => filled(find(agent.variables, name)),
    endpointUrl: (id) => filled(endpoint(id)?.url),
    endpointScheme: (id) => filled(endpoint(id)?.scheme),
    endpointParameter: (id, key) => filled(find(endpoint(id)?.parameters, key)),
    endpointData: (id, key) => filled(find(endpoint(id)?.data, key)),
    environment: () => ({ PATH: '/usr/bin' }),
    environmentVariable: (name) => agent.environment?.[name],
  };
}
