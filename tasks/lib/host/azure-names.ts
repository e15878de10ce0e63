/** Patterns of text inputs that become a part of a resource id. */

export const subscriptionId = {
  expression: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i,
  allowed: 'the id of a subscription (a GUID)',
};

// https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules#microsoftresources
export const resourceGroupName = {
  expression: /^[\p{L}\p{N}_.()-]{0,89}[\p{L}\p{N}_()-]$/u,
  allowed:
    'the name of a resource group (letters, digits, _ - . ( ), at most 90, no dot at the end)',
};

// https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules#microsoftmanagement
export const managementGroupName = {
  expression: /^[\p{L}\p{N}_.()-]{0,89}[\p{L}\p{N}_()-]$/u,
  allowed:
    'the id of a management group (letters, digits, _ - . ( ), at most 90, no dot at the end)',
};

export const locationName = {
  expression: /^[a-z][a-z0-9]+$/,
  allowed: 'a region in short form such as westeurope',
};
