import { resolve } from 'node:path';
import { Writable } from 'node:stream';
import * as lib from 'azure-pipelines-task-lib/task.js';
import type { AgentPort } from './agent-port.ts';

/** Enough for a child to find programs, its user's files and the way out; nothing that may hold a secret. */
const passedOn = [
  'PATH',
  'HOME',
  'USER',
  'LOGNAME',
  'SHELL',
  'LANG',
  'LC_ALL',
  'TZ',
  'TMPDIR',
  'TMP',
  'TEMP',
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'ALL_PROXY',
  'NO_PROXY',
  'http_proxy',
  'https_proxy',
  'all_proxy',
  'no_proxy',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'NODE_EXTRA_CA_CERTS',
  'DOTNET_SYSTEM_GLOBALIZATION_INVARIANT',
  'SYSTEMROOT',
  'SystemRoot',
  'USERPROFILE',
  'APPDATA',
  'LOCALAPPDATA',
  'PATHEXT',
  'ComSpec',
];

function filled(value: string | undefined): string | undefined {
  const trimmed = value?.trim();
  return trimmed === '' ? undefined : trimmed;
}

/** The agent's environment through azure-pipelines-task-lib, which moves secrets out of `process.env`. */
export function taskLibPort(): AgentPort {
  // task-lib writes each endpoint parameter it reads, secrets too, as a debug line and trusts the agent to
  // mask it. Nothing of it is needed: what a task prints goes through its own log.
  lib.setStdStream(new Writable({ write: (_chunk, _encoding, done) => done() }));
  return {
    input: (name) => filled(lib.getInput(name)),
    pathInput: (name) => {
      const value = filled(lib.getInput(name));
      if (value === undefined) return undefined;
      // The agent makes an empty filePath absolute, too, which gives one of its own directories.
      const roots = ['Build.SourcesDirectory', 'System.DefaultWorkingDirectory']
        .map((root) => filled(lib.getVariable(root)))
        .filter((root) => root !== undefined);
      const isRoot = roots.some((root) => resolve(root) === resolve(value));
      return isRoot || !lib.filePathSupplied(name) ? undefined : value;
    },
    variable: (name) => filled(lib.getVariable(name)),
    endpointUrl: (id) => filled(lib.getEndpointUrl(id, true)),
    endpointScheme: (id) => filled(lib.getEndpointAuthorizationScheme(id, true)),
    // Not trimmed: a blank at the end may belong to a secret.
    endpointParameter: (id, key) =>
      lib.getEndpointAuthorizationParameter(id, key, true) || undefined,
    endpointData: (id, key) => filled(lib.getEndpointDataParameter(id, key, true)),
    environment: () => {
      const found: Record<string, string> = {};
      for (const name of passedOn) {
        const value = process.env[name];
        if (value !== undefined) found[name] = value;
      }
      return found;
    },
    environmentVariable: (name) => process.env[name],
  };
}
