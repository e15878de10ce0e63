/** Type and name of a resource id: `Microsoft.Network/virtualNetworks/subnets`, `vnet/app`. */
export function nameOf(id: string): { type: string; name: string } {
  const at = id.toLowerCase().lastIndexOf('/providers/');
  if (at < 0) {
    const group = /^\/subscriptions\/[^/]+\/resourceGroups\/([^/]+)$/i.exec(id)?.[1];
    return group === undefined
      ? { type: '', name: id }
      : { type: 'Microsoft.Resources/resourceGroups', name: group };
  }
  const [namespace = '', ...rest] = id.slice(at + '/providers/'.length).split('/');
  const types = rest.filter((_part, index) => index % 2 === 0);
  const names = rest.filter((_part, index) => index % 2 === 1);
  return { type: [namespace, ...types].join('/'), name: names.join('/') };
}
