import * as v from 'valibot';
import { cidrProblem, parseAddress } from '../net/cidr.ts';
import { serverProblem } from '../net/resolve.ts';

/** Values that appear in a topology document, each with its rule in words. */

export const guid = v.pipe(
  v.string(),
  v.regex(
    /^[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}$/,
    'a GUID such as 00000000-0000-4000-8000-000000000001',
  ),
  v.description('Id of a subscription.'),
);

// https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules
export const resourceGroup = v.pipe(
  v.string(),
  v.check(
    (text) => /^[\p{L}\p{N}_().-]{0,89}[\p{L}\p{N}_()-]$/u.test(text),
    '1 to 90 letters, digits, or ( ) - _ . and no dot at the end',
  ),
  v.description('Name of a resource group.'),
);

export const region = v.pipe(
  v.string(),
  v.regex(/^[a-z][a-z0-9]+$/, 'a region in short form such as westeurope'),
  v.description('Azure region in its short form.'),
);

export const resourceName = v.pipe(
  v.string(),
  v.regex(
    /^[a-zA-Z0-9](?:[a-zA-Z0-9_.-]{0,62}[a-zA-Z0-9_])?$/,
    '1 to 64 letters, digits, or _ . - beginning with a letter or digit',
  ),
);

export const cidr = v.pipe(
  v.string(),
  v.regex(/^[0-9.]+\/[0-9]{1,2}$/, 'a network such as 10.1.0.0/16'),
  v.check(
    (text) => cidrProblem(text) === undefined,
    (issue) => `a network such as 10.1.0.0/16 (${cidrProblem(issue.input)})`,
  ),
);

export const subnet = v.pipe(
  v.string(),
  v.regex(
    /^(?:[0-9.]+)?\/[0-9]{1,2}$/,
    'a network such as 10.1.0.0/24, or a size such as /24 to be planned',
  ),
  v.check(
    (text) => cidrProblem(text.startsWith('/') ? `0.0.0.0${text}` : text) === undefined,
    (issue) =>
      'a network such as 10.1.0.0/24, or a size such as /24 ' +
      `(${cidrProblem(issue.input.startsWith('/') ? `0.0.0.0${issue.input}` : issue.input)})`,
  ),
  v.description('A network, or a size: planned in the order of the document, first fit, aligned.'),
);

export const address = v.pipe(
  v.string(),
  v.regex(/^[0-9.]+$/, 'an IPv4 address such as 10.0.0.4'),
  v.check((text) => parseAddress(text) !== undefined, 'an IPv4 address such as 10.0.0.4'),
);

function isResolver(text: string): boolean {
  const [host = '', port = '53', ...rest] = text.split(':');
  return rest.length === 0 && parseAddress(host) !== undefined && isPort(port);
}

export function isPort(text: string): boolean {
  return /^[1-9]\d{0,4}$/.test(text) && Number(text) <= 65535;
}

export const resolver = v.pipe(
  v.string(),
  v.regex(/^[0-9.]+(?::[0-9]{1,5})?$/, 'an IPv4 address, with :port if it is not 53'),
  v.check(isResolver, 'an IPv4 address, with :port if it is not 53'),
  v.check(
    (text) => !isResolver(text) || serverProblem(text) === undefined,
    'no address of the platform, but for 168.63.129.16 on port 53',
  ),
);

export const port = v.pipe(
  v.number('a whole number from 1 to 65535'),
  v.integer('a whole number from 1 to 65535'),
  v.minValue(1, 'a whole number from 1 to 65535'),
  v.maxValue(65535, 'a whole number from 1 to 65535'),
);

export const publicName = v.pipe(
  v.string(),
  v.regex(
    /^(?=.{4,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]$/,
    'a DNS name in lower case such as mcr.microsoft.com',
  ),
);

/** Azure's own rule: https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules */
export const registryName = v.pipe(
  v.string(),
  v.regex(/^[a-z0-9]{5,50}$/, '5 to 50 lower-case letters and digits'),
);
