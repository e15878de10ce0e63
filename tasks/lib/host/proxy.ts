import type { AgentPort } from './agent-port.ts';

/**
 * The agent's own proxy, in the variables that HTTP clients and the Bicep CLI go by. The agent hands its proxy to
 * tasks as job variables only. Empty when it has none, or when the environment names one already.
 * https://learn.microsoft.com/azure/devops/pipelines/agents/proxy
 */
export function proxyEnvironment(
  port: Pick<AgentPort, 'variable'>,
  environment: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const text = port.variable('Agent.ProxyUrl');
  const named = ['HTTPS_PROXY', 'https_proxy', 'ALL_PROXY', 'all_proxy'];
  if (text === undefined || named.some((name) => environment[name])) return {};
  if (!URL.canParse(text)) return {};
  const url = new URL(text);
  url.username = port.variable('Agent.ProxyUsername') ?? '';
  url.password = port.variable('Agent.ProxyPassword') ?? '';
  const direct = bypassed(port.variable('Agent.ProxyBypassList'));
  const known = environment['NO_PROXY'] ?? environment['no_proxy'];
  const hosts = [...(known === undefined ? [] : [known]), ...direct];
  return { HTTPS_PROXY: url.href, ...(hosts.length === 0 ? {} : { NO_PROXY: hosts.join(',') }) };
}

/** The agent's list holds regular expressions; those that mean a host or all below a domain can be said. */
function bypassed(list: string | undefined): string[] {
  let patterns: unknown;
  try {
    patterns = JSON.parse(list ?? '[]');
  } catch {
    return [];
  }
  return (Array.isArray(patterns) ? (patterns as unknown[]) : []).flatMap((pattern) => {
    if (typeof pattern !== 'string') return [];
    const host = pattern
      .replace(/^\^?(?:https?\??:\/\/)?/i, '')
      .replace(/(?:\/\??)?\$?$/, '')
      .replaceAll('\\.', '.')
      .replace(/^\.?\*\.?|^\./, '.');
    return /^\.?[\w-]+(?:\.[\w-]+)*(?::\d+)?$/.test(host) ? [host] : [];
  });
}
