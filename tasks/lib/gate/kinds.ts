import { kindOf } from './check.ts';
import type { Kind } from './check.ts';
import { denied } from './checks/denied.ts';
import { dns } from './checks/dns.ts';
import { peering } from './checks/peering.ts';
import { tcp } from './checks/tcp.ts';
import { tls } from './checks/tls.ts';

/** Every kind of check that a gates document may use. */
export const kinds: readonly Kind[] = [
  kindOf(dns),
  kindOf(tcp),
  kindOf(tls),
  kindOf(denied),
  kindOf(peering),
];
