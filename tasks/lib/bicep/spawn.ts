import childProcess, { type ChildProcess, type SpawnOptions } from 'node:child_process';

/**
 * Variables that reach the Bicep CLI: enough to find its cache, its user's files and its module registries.
 * The rest of the agent's environment (tokens of other tools, pipeline variables) is none of its business.
 */
const allowed = new Set(
  [
    'PATH HOME USER LOGNAME LANG LC_ALL TZ TMPDIR TMP TEMP',
    'HTTP_PROXY HTTPS_PROXY ALL_PROXY NO_PROXY SSL_CERT_FILE SSL_CERT_DIR NODE_EXTRA_CA_CERTS',
    'DOTNET_SYSTEM_GLOBALIZATION_INVARIANT DOTNET_BUNDLE_EXTRACT_BASE_DIR BICEP_CACHE_DIRECTORY',
    'SYSTEMROOT WINDIR USERPROFILE APPDATA LOCALAPPDATA PATHEXT COMSPEC',
  ].flatMap((line) => line.split(' ')),
);

/** The part of an environment that a Bicep CLI gets; names compare without case, as on Windows. */
export function bicepEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const passed: Record<string, string> = {};
  for (const [name, value] of Object.entries(environment)) {
    if (value !== undefined && allowed.has(name.toUpperCase())) passed[name] = value;
  }
  return passed;
}

/**
 * Calls `start`, which spawns one process before it returns, and gives that process the environment.
 * bicep-node starts the CLI with all of `process.env` and takes no option for it, and it keeps the process
 * to itself, though somebody has to end it when the run is cancelled. It looks `spawn` up at the time of the
 * call, so replacing it for exactly this synchronous call reaches both. Nothing else runs meanwhile.
 */
export function captureSpawn<T>(
  environment: Readonly<Record<string, string>>,
  start: () => T,
): { result: T; child: ChildProcess | undefined } {
  const original = childProcess.spawn;
  let child: ChildProcess | undefined;
  const spawnWith = (command: string, args: readonly string[], options: SpawnOptions = {}) => {
    child = original(command, args, { ...options, env: { ...environment } });
    return child;
  };
  childProcess.spawn = spawnWith as typeof childProcess.spawn;
  try {
    return { result: start(), child };
  } finally {
    childProcess.spawn = original;
  }
}
