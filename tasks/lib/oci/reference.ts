import { isIP } from 'node:net';
import { authorityOf, hostPort } from './registry-name.ts';

const component = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*';
const repositoryName = new RegExp(`^${component}(?:/${component})*$`);
const tagName = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;
const registryName = /^[a-z0-9]{5,50}$/;

/**
 * What is wrong with a repository name by the distribution specification; undefined if nothing is.
 */
export function repositoryFault(name: string): string | undefined {
  if (name.length > 255) return 'is longer than 255 characters';
  if (repositoryName.test(name)) return undefined;
  if (name !== name.toLowerCase()) return 'must be lower case';
  return 'must be parts of lower-case letters, digits and . _ - between slashes, for example team/app';
}

/** What is wrong with a tag; undefined if nothing is. */
export function tagFault(tag: string): string | undefined {
  if (tagName.test(tag)) return undefined;
  return 'must be up to 128 letters, digits and . _ -, not beginning with . or -';
}

/**
 * The login server of a registry given by its name (`contoso`) or by its login server
 * (`contoso.azurecr.io`, `registry.example:5000`).
 *
 * @param suffix of the cloud, for example `azurecr.io`
 * @returns undefined if the text is neither.
 */
export function loginServerOf(registry: string, suffix: string): string | undefined {
  const text = registry.toLowerCase();
  if (registryName.test(text)) return `${text}.${suffix}`;
  const server = hostPort(text);
  // A certificate, and the zone of a private record, are for a name.
  if (server === undefined || isIP(server.host) !== 0) return undefined;
  // A single word is a name of Azure's, misspelt.
  return /[.:]/.test(text) ? authorityOf(server) : undefined;
}
