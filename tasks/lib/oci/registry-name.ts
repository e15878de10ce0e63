import { isIP } from 'node:net';

/** Host and port of an address such as `registry.example:5000` or `10.0.0.4`. */
export interface HostPort {
  /** A name in lower case, or an IPv4 address. */
  readonly host: string;
  readonly port?: number;
}

/** Old buckets, which registries lead to, have a `_` in their names. */
const hostName =
  /^(?=.{1,253}$)[a-z0-9](?:[a-z0-9_-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9_-]{0,61}[a-z0-9])?)*$/;

/** Splits `host[:port]`; undefined if the text is anything else. */
export function hostPort(text: string): HostPort | undefined {
  const [, host = '', digits] = /^([^:/@\s]+)(?::(\d{1,5}))?$/.exec(text.toLowerCase()) ?? [];
  const port = digits === undefined ? undefined : Number(digits);
  const named = hostName.test(host) && !/^[\d.]+$/.test(host);
  if (!named && isIP(host) !== 4) return undefined;
  if (port !== undefined && (port < 1 || port > 65_535)) return undefined;
  // What a URL says of the default port: nothing.
  return port === undefined || port === 443 ? { host } : { host, port };
}

/** `host` or `host:port`, as it stands in a URL. */
export function authorityOf({ host, port }: HostPort): string {
  return port === undefined ? host : `${host}:${port}`;
}

/** The one spelling of a host that `hostPort` takes; any other text as it is. */
export function sameAuthority(text: string): string {
  const place = hostPort(text);
  return place === undefined ? text : authorityOf(place);
}

/** docker.io is a name for people; its registry and its token service have others. */
export const dockerHub = { registry: 'registry-1.docker.io', tokens: 'auth.docker.io' };

/** The host that is asked, in its one spelling, for what people may call by another one. */
export function registryHost(host: string): string {
  const server = sameAuthority(host);
  return server === 'docker.io' || server === 'index.docker.io' ? dockerHub.registry : server;
}

/** Domains of Azure Container Registry in all clouds. */
const azureSuffixes = ['azurecr.io', 'azurecr.us', 'azurecr.cn'];

/** Where the private record of a name of Azure Container Registry belongs. */
export interface PrivateRecord {
  readonly zone: string;
  /** Relative to the zone. */
  readonly record: string;
}

/**
 * The private record of a login server (`contoso.azurecr.io`) or a data endpoint
 * (`contoso.westeurope.data.azurecr.io`); undefined for other registries, which have no zone of
 * Azure's. https://learn.microsoft.com/azure/container-registry/container-registry-private-endpoints
 */
export function privateRecordOf(host: string): PrivateRecord | undefined {
  const suffix = azureSuffixes.find((known) => host.endsWith(`.${known}`));
  if (suffix === undefined) return undefined;
  return { zone: `privatelink.${suffix}`, record: host.slice(0, -suffix.length - 1) };
}

/**
 * The login server of the registry that a host is a regional endpoint of
 * (`contoso.westeurope.geo.azurecr.io`); any other host as it is.
 * https://learn.microsoft.com/azure/container-registry/container-registry-endpoint-reference
 */
export function wholeRegistryOf(host: string): string {
  const place = privateRecordOf(host);
  const [, name] = /^([^.]+)\.[^.]+\.geo$/.exec(place?.record ?? '') ?? [];
  return place === undefined || name === undefined ? host : `${name}.${suffixOf(place)}`;
}

/** The data endpoint of a replica: layers are pulled from there. Undefined for other registries. */
export function dataEndpointOf(loginServer: string, region: string): string | undefined {
  const place = privateRecordOf(wholeRegistryOf(loginServer));
  if (place === undefined || place.record.includes('.')) return undefined;
  return `${place.record}.${region.toLowerCase()}.data.${suffixOf(place)}`;
}

/** Whether layers of a registry may be pulled from a host: only its data endpoints have private records. */
export function isDataEndpointOf(loginServer: string, host: string): boolean {
  const [registry, place] = [privateRecordOf(wholeRegistryOf(loginServer)), privateRecordOf(host)];
  return (
    registry !== undefined &&
    place?.zone === registry.zone &&
    place.record.startsWith(`${registry.record}.`) &&
    place.record.endsWith('.data')
  );
}

function suffixOf({ zone }: PrivateRecord): string {
  return zone.slice('privatelink.'.length);
}
