import { hostname } from 'node:os';
import type { AgentFolders } from './job-context.ts';

/** What is the same for all jobs of a run. */
export interface RunIdentity {
  buildId: string;
  buildNumber: string;
  pipeline: string;
  repository: string;
  organization: string;
  project: string;
  /** Ends with a slash. */
  collectionUri: string;
  startedAt: string;
  sourceBranch: string;
  sourceVersion: string;
}

/** What tells one job from the others. */
export interface JobIdentity {
  stage: string;
  stageDisplayName: string;
  /** Name in the YAML. */
  phase: string;
  /** The same, or the leg of a matrix. */
  job: string;
  displayName: string;
  position: number;
  total: number;
  planId: string;
  jobId: string;
}

type Names = Readonly<Record<string, string>>;

/**
 * Variables known before a job is chosen, also at compile time.
 * https://learn.microsoft.com/azure/devops/pipelines/build/variables
 */
export function runVariables(run: RunIdentity): Names {
  const user = 'Local user';
  return {
    'Build.BuildId': run.buildId,
    'Build.BuildNumber': run.buildNumber,
    'Build.BuildUri': `vstfs:///Build/Build/${run.buildId}`,
    'Build.ContainerId': run.buildId,
    'Build.DefinitionName': run.pipeline,
    'Build.DefinitionVersion': '1',
    'Build.QueuedBy': user,
    'Build.Reason': 'Manual',
    'Build.Repository.Clean': 'False',
    'Build.Repository.ID': run.repository,
    'Build.Repository.Name': run.repository,
    'Build.Repository.Provider': 'TfsGit',
    'Build.Repository.Uri': `${run.collectionUri}${run.project}/_git/${run.repository}`,
    'Build.RequestedFor': user,
    'Build.SourceBranch': run.sourceBranch,
    'Build.SourceBranchName': run.sourceBranch.split('/').at(-1) ?? '',
    'Build.SourceVersion': run.sourceVersion,
    'System.CollectionUri': run.collectionUri,
    'System.Culture': 'en-US',
    'System.DefinitionId': '1',
    'System.HostType': 'build',
    'System.IsScheduled': 'False',
    'System.PipelineStartTime': run.startedAt,
    'System.ServerType': 'Hosted',
    'System.TeamFoundationCollectionUri': run.collectionUri,
    'System.TeamFoundationServerUri': run.collectionUri,
    'System.TeamProject': run.project,
  };
}

/** AG: Agent.Worker/JobRunner.cs and the job message. */
export function jobVariables(job: JobIdentity, folders: AgentFolders, agent: number): Names {
  return {
    'Agent.BuildDirectory': folders.build,
    'Agent.HomeDirectory': folders.root,
    'Agent.Id': String(agent),
    'Agent.IsSelfHosted': '1',
    'Agent.JobName': job.displayName,
    'Agent.JobStatus': 'Succeeded',
    'Agent.MachineName': hostname(),
    'Agent.Name': `local-${String(agent)}`,
    'Agent.OS': process.platform === 'darwin' ? 'Darwin' : 'Linux',
    'Agent.OSArchitecture': process.arch.toUpperCase(),
    'Agent.RootDirectory': folders.work,
    'Agent.TempDirectory': folders.temp,
    'Agent.ToolsDirectory': folders.tools,
    'Agent.Version': '4.265.1',
    'Agent.WorkFolder': folders.work,
    'Build.ArtifactStagingDirectory': folders.staging,
    'Build.BinariesDirectory': folders.binaries,
    'Build.Repository.LocalPath': folders.sources,
    'Build.SourcesDirectory': folders.sources,
    'Build.StagingDirectory': folders.staging,
    'Common.TestResultsDirectory': folders.testResults,
    'Pipeline.Workspace': folders.build,
    'System.ArtifactsDirectory': folders.staging,
    'System.DefaultWorkingDirectory': folders.sources,
    'System.JobAttempt': '1',
    'System.JobDisplayName': job.displayName,
    'System.JobId': job.jobId,
    'System.JobIdentifier': `${job.stage}.${job.phase}.${job.job}`,
    'System.JobName': job.job,
    'System.JobPositionInPhase': String(job.position),
    'System.PhaseAttempt': '1',
    'System.PhaseDisplayName': job.displayName,
    'System.PhaseName': job.phase,
    'System.PlanId': job.planId,
    'System.StageAttempt': '1',
    'System.StageDisplayName': job.stageDisplayName,
    'System.StageName': job.stage,
    'System.TimelineId': job.planId,
    'System.TotalJobsInPhase': String(job.total),
    'System.WorkFolder': folders.work,
  };
}

/** The run's number: `$(Date:yyyyMMdd)`, `$(Rev:r)` and variables in the pipeline's `name`. */
export function buildNumber(
  format: string | undefined,
  started: Date,
  variable: (name: string) => string | undefined,
): string {
  return (format ?? '$(Date:yyyyMMdd).$(Rev:r)').replace(
    /\$\(([^)]*)\)/g,
    (whole, name: string) => {
      const revision = /^rev:(\.?)(r+)$/i.exec(name);
      if (revision) return (revision[1] ?? '') + '1'.padStart(revision[2]?.length ?? 1, '0');
      const date = /^date(?::(.*))?$/i.exec(name);
      if (date) return formatDate(date[1] ?? 'yyyyMMdd', started);
      return variable(name) ?? whole;
    },
  );
}

function formatDate(format: string, date: Date): string {
  const [year = '', month = '', day = ''] = date.toISOString().slice(0, 10).split('-');
  const [hour = '', minute = '', second = ''] = date.toISOString().slice(11, 19).split(':');
  const parts: Record<string, string> = {
    yyyy: year,
    yy: year.slice(2),
    MM: month,
    dd: day,
    HH: hour,
    mm: minute,
    ss: second,
  };
  return format.replace(/yyyy|yy|MM|dd|HH|mm|ss/g, (part) => parts[part] ?? part);
}
