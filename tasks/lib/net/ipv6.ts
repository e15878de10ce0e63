import ipaddr from 'ipaddr.js';

/** The one spelling of an IPv6 address by RFC 5952; undefined for anything else, zones included. */
export function canonicalIpv6(text: string): string | undefined {
  if (text.includes('%') || !ipaddr.IPv6.isValid(text)) return undefined;
  return ipaddr.IPv6.parse(text).toRFC5952String();
}
