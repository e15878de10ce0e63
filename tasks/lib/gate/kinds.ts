import { kindOf } from './check.ts';
import type { Kind } from './check.ts';
import { addressPlan } from './checks/address-plan.ts';
import { denied } from './checks/denied.ts';
import { dnsZone } from './checks/dns-zone.ts';
import { dns } from './checks/dns.ts';
import { egress } from './checks/egress.ts';
import { http } from './checks/http.ts';
import { mtls } from './checks/mtls.ts';
import { nsg } from './checks/nsg.ts';
import { peering } from './checks/peering.ts';
import { postgres } from './checks/postgres.ts';
import { privateEndpoint } from './checks/private-endpoint.ts';
import { publicAccess } from './checks/public-access.ts';
import { reach } from './checks/reach.ts';
import { redis } from './checks/redis.ts';
import { route } from './checks/route.ts';
import { tcp } from './checks/tcp.ts';
import { tls } from './checks/tls.ts';

/** Every kind of check that a gates document may use. */
export const kinds: readonly Kind[] = [
  kindOf(dns),
  kindOf(tcp),
  kindOf(tls),
  kindOf(http),
  kindOf(mtls),
  kindOf(postgres),
  kindOf(redis),
  kindOf(denied),
  kindOf(egress),
  kindOf(peering),
  kindOf(route),
  kindOf(nsg),
  kindOf(publicAccess),
  kindOf(privateEndpoint),
  kindOf(dnsZone),
  kindOf(addressPlan),
  kindOf(reach),
];
