/**
 * Writes the sandbox's property tables: which properties a resource's body may have, at which depth, which of
 * them only the service writes, and which must be there. The source is the serialiser metadata ("mappers") of
 * the pinned @azure/arm-* packages, so that nobody copies hundreds of names by hand.
 *
 *     npx tsx scripts/property-tables.ts
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runInNewContext } from 'node:vm';
import { transform } from 'esbuild';

interface Mapper {
  serializedName?: string;
  readOnly?: boolean;
  required?: boolean;
  type: {
    name: string;
    className?: string;
    allowedValues?: string[];
    element?: Mapper;
    value?: Mapper;
    modelProperties?: Record<string, Mapper>;
    uberParent?: string;
  };
}

interface Node {
  type: string;
  readOnly?: true;
  required?: true;
  values?: string[];
  model?: string;
  fields?: Record<string, Node>;
  of?: Node;
}

/** Package, its mappers module, and the models that are the roots of what a type's PUT body may hold. */
const sources = [
  {
    name: 'network',
    file: '@azure/arm-network/dist-esm/src/models/mappers.js',
    roots: [
      'VirtualNetwork',
      'Subnet',
      'VirtualNetworkPeering',
      'NetworkSecurityGroup',
      'SecurityRule',
      'RouteTable',
      'Route',
      'PrivateEndpoint',
      'PrivateDnsZoneGroup',
      'NetworkInterface',
      'PrivateLinkService',
      'PrivateEndpointConnection',
    ],
  },
  {
    name: 'privatedns',
    file: '@azure/arm-privatedns/dist-esm/src/models/mappers.js',
    roots: ['PrivateZone', 'VirtualNetworkLink', 'RecordSet'],
  },
  {
    name: 'keyvault',
    file: '@azure/arm-keyvault/dist-esm/src/models/mappers.js',
    roots: ['VaultCreateOrUpdateParameters', 'VaultPatchParameters', 'PrivateEndpointConnection'],
  },
  {
    name: 'storage',
    file: '@azure/arm-storage/dist/esm/models/mappers.js',
    roots: [
      'StorageAccountCreateParameters',
      'StorageAccountUpdateParameters',
      'PrivateEndpointConnection',
    ],
  },
  {
    name: 'containerregistry',
    file: '@azure/arm-containerregistry/dist/esm/models/mappers.js',
    roots: ['Registry', 'RegistryUpdateParameters', 'Replication', 'PrivateEndpointConnection'],
  },
  {
    name: 'authorization',
    file: '@azure/arm-authorization/dist-esm/src/models/mappers.js',
    roots: ['RoleAssignmentCreateParameters', 'RoleDefinition'],
  },
] as const;

const scalars: Record<string, string> = {
  String: 'string',
  Uuid: 'string',
  DateTime: 'string',
  Date: 'string',
  TimeSpan: 'string',
  ByteArray: 'string',
  Base64Url: 'string',
  Number: 'number',
  Boolean: 'boolean',
  any: 'any',
  Object: 'any',
};

/** Reads one mappers module. It is ES module text in a package that Node takes for CommonJS. */
async function loadMappers(file: string): Promise<Record<string, Mapper>> {
  const { code } = await transform(await readFile(file, 'utf8'), { format: 'cjs' });
  const module: { exports: Record<string, Mapper> } = { exports: {} };
  runInNewContext(code, { module, exports: module.exports }, { filename: file });
  return module.exports;
}

function field(mapper: Mapper, owner: string, visit: (className: string) => string): Node {
  const { type } = mapper;
  const node: Node = { type: '' };
  if (mapper.readOnly === true) node.readOnly = true;
  if (mapper.required === true) node.required = true;
  if (type.name === 'Composite') {
    node.type = 'object';
    // The metadata names a model by its class; its own properties are listed once, there.
    node.model = visit(type.className ?? '');
  } else if (type.name === 'Sequence' || type.name === 'Dictionary') {
    node.type = type.name === 'Sequence' ? 'array' : 'map';
    const item = type.element ?? type.value;
    if (item === undefined) throw new Error(`${owner}: ${type.name} without an element`);
    node.of = field(item, owner, visit);
  } else if (type.name === 'Enum') {
    node.type = 'string';
    node.values = type.allowedValues ?? [];
  } else {
    const scalar = scalars[type.name];
    if (scalar === undefined) throw new Error(`${owner}: unknown metadata type ${type.name}`);
    node.type = scalar;
  }
  return node;
}

/** Puts `properties.addressSpace` where it belongs; a dot that is part of a name is escaped. */
function place(fields: Record<string, Node>, path: string, node: Node): void {
  const keys = path.split(/(?<!\\)\./).map((key) => key.replaceAll('\\.', '.'));
  let here = fields;
  for (const key of keys.slice(0, -1)) {
    const inner: Node = (here[key] ??= { type: 'object', fields: {} });
    inner.fields ??= {};
    here = inner.fields;
  }
  here[keys.at(-1) ?? ''] = node;
}

function tablesOf(
  name: string,
  mappers: Record<string, Mapper>,
  roots: readonly string[],
): Record<string, Record<string, Node>> {
  const byClass = new Map<string, Mapper>();
  for (const mapper of Object.values(mappers)) {
    if (mapper.type?.className !== undefined) byClass.set(mapper.type.className, mapper);
  }
  const models: Record<string, Record<string, Node>> = {};
  const visit = (className: string): string => {
    const key = `${name}.${className}`;
    if (models[key] !== undefined) return key;
    const mapper = byClass.get(className);
    if (mapper === undefined) throw new Error(`${name} has no model ${className}`);
    const fields: Record<string, Node> = (models[key] = {});
    for (const property of Object.values(mapper.type.modelProperties ?? {})) {
      place(fields, property.serializedName ?? '', field(property, key, visit));
    }
    return key;
  };
  for (const root of roots) visit(root);
  return models;
}

/** Generates `sandbox/azure/arm/types/generated/property-tables.json` below the current folder. */
export async function writePropertyTables(): Promise<void> {
  const packages: Record<string, string> = {};
  const models: Record<string, Record<string, Node>> = {};
  for (const { name, file, roots } of sources) {
    const path = join('node_modules', file);
    const [scope = '', packageName = ''] = file.split('/');
    const manifest = join('node_modules', scope, packageName, 'package.json');
    const { version } = JSON.parse(await readFile(manifest, 'utf8')) as { version: string };
    packages[`${scope}/${packageName}`] = version;
    Object.assign(models, tablesOf(name, await loadMappers(path), roots));
  }
  const target = 'sandbox/azure/arm/types/generated/property-tables.json';
  await mkdir(dirname(target), { recursive: true });
  await writeFile(target, `${JSON.stringify({ packages, models })}\n`);
}

if (process.argv[1] !== undefined && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  await writePropertyTables();
}
