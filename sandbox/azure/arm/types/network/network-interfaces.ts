import { network } from '../api-versions.ts';
import type { TypeDefinition } from '../definition.ts';

/** The interface of a private endpoint: made and deleted with the endpoint, read by anyone. */
export const networkInterfaces: TypeDefinition = {
  type: 'Microsoft.Network/networkInterfaces',
  model: 'network.NetworkInterface',
  apiVersions: network,
  location: 'regional',
  answer: 'async',
  deletes: 'async',
  etag: 'weak',
  writable: false,
  write() {
    throw new Error('network interfaces are written by their private endpoints');
  },
};
