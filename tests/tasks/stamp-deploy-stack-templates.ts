import { stamp } from '../unit/arm/arm-world.ts';
import { network, template, type Shown } from '../unit/arm/templates.ts';

export const table = (name: string, more: Shown = {}): Shown => ({
  type: 'Microsoft.Network/routeTables',
  apiVersion: '2024-05-01',
  name,
  location: 'westeurope',
  ...more,
});
export const tables = (...names: string[]): Shown => template(names.map((name) => table(name)));
export const group = (name: string): Shown => ({
  type: 'Microsoft.Resources/resourceGroups',
  apiVersion: '2024-03-01',
  name,
  location: 'westeurope',
});
export const tableId = (name: string) => `${stamp}/providers/Microsoft.Network/routeTables/${name}`;
/** A table that a subnet holds cannot be deleted. */
export const held = (name: string): Shown =>
  network('vnet', '10.9.0.0/16', {
    properties: {
      addressSpace: { addressPrefixes: ['10.9.0.0/16'] },
      subnets: [
        {
          name: 'app',
          properties: { addressPrefix: '10.9.0.0/24', routeTable: { id: tableId(name) } },
        },
      ],
    },
  });
