import ipaddr from 'ipaddr.js';
import { badRequest } from '../../errors.ts';
import { asObjects, asText, asTexts, textAt, type Json } from '../../json.ts';

const largestSet = 20;
/** Of one string, by the protocol, and of all strings of a set, by Azure. */
const largestString = 255;
const largestText = 4096;

/**
 * Checks what a set holds by its type.
 * @throws ArmError 400
 */
export function checkRecords(recordType: string, name: string, properties: Json): void {
  switch (recordType) {
    case 'A':
      checkAddresses(name, textsIn(properties['aRecords'], 'ipv4Address'), 'IPv4', (text) =>
        ipaddr.IPv4.isValidFourPartDecimal(text) ? text : undefined,
      );
      break;
    case 'AAAA':
      checkAddresses(name, textsIn(properties['aaaaRecords'], 'ipv6Address'), 'IPv6', (text) =>
        ipaddr.IPv6.isValid(text) && !text.includes('%')
          ? ipaddr.IPv6.parse(text).toNormalizedString()
          : undefined,
      );
      break;
    case 'CNAME':
      checkAlias(name, textAt(properties, 'cnameRecord.cname'));
      break;
    case 'TXT':
      checkTexts(
        name,
        asObjects(properties['txtRecords']).map((record) => asTexts(record['value'])),
      );
      break;
  }
}

function textsIn(list: unknown, key: string): string[] {
  return asObjects(list).map((record) => asText(record[key]) ?? '');
}

/** @param canonical one spelling of an address; undefined for what is none */
function checkAddresses(
  name: string,
  addresses: readonly string[],
  version: string,
  canonical: (text: string) => string | undefined,
): void {
  const bad = addresses.find((address) => canonical(address) === undefined);
  if (bad !== undefined) {
    throw badRequest(`The value '${bad}' of record set '${name}' is not an ${version} address.`);
  }
  checkSet(name, addresses.map(canonical));
}

function checkSet(name: string, records: readonly unknown[]): void {
  if (new Set(records).size !== records.length) {
    throw badRequest(`The record set '${name}' holds the same record twice.`);
  }
  if (records.length > largestSet) {
    throw badRequest(`The record set '${name}' holds more than ${String(largestSet)} records.`);
  }
}

function checkAlias(name: string, target: string | undefined): void {
  if (target === undefined) {
    throw badRequest(`The record set '${name}' of type CNAME needs 'cnameRecord.cname'.`);
  }
  const labels = target.replace(/\.$/, '').split('.');
  const good = labels.every((label) => /^[a-z0-9_]([-a-z0-9_]{0,61}[a-z0-9_])?$/i.test(label));
  if (good && target.length <= 254) return;
  throw badRequest(`The value '${target}' of record set '${name}' is not a domain name.`);
}

function checkTexts(name: string, records: readonly (readonly string[])[]): void {
  if (records.some((strings) => strings.length === 0)) {
    throw badRequest(`A record of the record set '${name}' of type TXT has no value.`);
  }
  const strings = records.flat();
  const long = strings.find((text) => Buffer.byteLength(text) > largestString);
  if (long !== undefined) {
    throw badRequest(
      `A string of the record set '${name}' has ${String(Buffer.byteLength(long))} characters; ` +
        `${String(largestString)} are allowed.`,
    );
  }
  if (strings.reduce((sum, text) => sum + Buffer.byteLength(text), 0) > largestText) {
    throw badRequest(
      `The record set '${name}' of type TXT has more than ${String(largestText)} characters.`,
    );
  }
  checkSet(
    name,
    records.map((texts) => JSON.stringify(texts)),
  );
}
