import { createHash } from 'node:crypto';

/** What makes a deployment of a run different from all others, and the same when the run is tried again. */
export interface NameParts {
  readonly buildId: string;
  readonly stage: string;
  readonly job: string;
  /** Counts from `1`; the service raises it when a job is run again. */
  readonly attempt: string;
  readonly step: string;
  /** A stamp's name, `hub`, or the resource group. */
  readonly unit: string;
  readonly template: string;
}

const longest = 64;

/**
 * The default name of a deployment. Two stamps, steps, jobs, attempts or runs never share one, so none of them
 * overwrites the other's history or meets its DeploymentActive; a step that is repeated within an attempt does
 * (`retryCountOnTaskFailure`), so that it finds its own deployment again. At most 64 of the characters that ARM
 * allows.
 */
export function deploymentName(parts: NameParts): string {
  const again = parts.attempt === '1' ? '' : parts.attempt;
  const words = [parts.unit, parts.buildId || 'local', parts.stage, parts.job, again]
    .map((word) => word.replace(/[^A-Za-z0-9_.()-]+/g, '-').replace(/^[-.]+|[-.]+$/g, ''))
    .filter((word) => word !== '' && word !== '__default');
  const { unit, buildId, stage, job, attempt, step, template } = parts;
  const all = [unit, buildId, stage, job, attempt, step, template].join('\n');
  const hash = createHash('sha256').update(all).digest('hex').slice(0, 8);
  const readable = ['spokeline', ...words].join('-').slice(0, longest - hash.length - 1);
  return `${readable.replace(/[-.]+$/, '')}-${hash}`;
}

/** The same for the attempts before, the last one first. */
export function earlierNames(parts: NameParts): string[] {
  const attempt = Number(parts.attempt);
  if (!Number.isInteger(attempt)) return [];
  return Array.from({ length: Math.max(0, attempt - 1) }, (_, index) =>
    deploymentName({ ...parts, attempt: String(attempt - 1 - index) }),
  );
}
