/**
 * What `bicep snapshot` of the CLI 0.49.2 refuses as well, with our words for it:
 * https://github.com/Azure/bicep/releases/tag/v0.49.2
 */
export const PREDICTED_ERRORS: readonly (readonly [expression: string, message: string])[] = [
  [
    "string(json('1.50'))",
    "The template language function 'string' expects its parameter at position '1' to be a string, an integer, a boolean, an array or an object. The provided value is of type 'Float'.",
  ],
  [
    "bool('1')",
    "The template language function 'bool' expects its parameter at position '1' to be a boolean, an integer, 'true' or 'false'. The provided value is of type 'String'.",
  ],
  [
    "dateTimeAdd('2024-03-10T10:00:00.123Z', 'P1W', 'R')",
    "Unable to evaluate template language function 'dateTimeAdd': 'P1W' is not a duration in ISO 8601.",
  ],
  [
    "int(json('1.5'))",
    "The template language function 'int' expects its parameter at position '1' to be an integer or a string that holds one. The provided value is of type 'Float'.",
  ],
  [
    "bool('0')",
    "The template language function 'bool' expects its parameter at position '1' to be a boolean, an integer, 'true' or 'false'. The provided value is of type 'String'.",
  ],
  [
    "union(createObject('a', 'x'), createObject('a', createObject('b', 1)))",
    "The template language function 'union' failed to evaluate due to a type mismatch: the property 'a' is of type 'String' in one object and 'Object' in another.",
  ],
  [
    "union(createObject('a', createObject('b', 1)), createObject('a', 'x'))",
    "The template language function 'union' failed to evaluate due to a type mismatch: the property 'a' is of type 'Object' in one object and 'String' in another.",
  ],
  [
    "toObject(createArray('a', 'A'), lambda('x', lambdaVariables('x')))",
    "The lambda of the template language function 'toObject' returned the key 'A' twice.",
  ],
  [
    "dateTimeAdd('9999-04-07T14:53:14Z', 'P1Y')",
    "Unable to evaluate template language function 'dateTimeAdd': the time is out of range.",
  ],
  [
    "dateTimeAdd('0001-01-01T00:00:00Z', '-P1D')",
    "Unable to evaluate template language function 'dateTimeAdd': the time is out of range.",
  ],
  [
    "dateTimeAdd('2020-04-07T14:53:14Z', 'P1W')",
    "Unable to evaluate template language function 'dateTimeAdd': 'P1W' is not a duration in ISO 8601.",
  ],
  [
    "dateTimeAdd('2020-04-07T14:53:14Z', 'P1D', 'U')",
    "Unable to evaluate template language function 'dateTimeAdd': 'U' is not a date format.",
  ],
  [
    "cidrHost('10.0.0.0/31', 0)",
    "Unable to evaluate template language function 'cidrHost': the host index '0' is out of range: '10.0.0.0/31' holds '0' hosts.",
  ],
  [
    "cidrHost('10.0.0.0/32', 0)",
    "Unable to evaluate template language function 'cidrHost': the host index '0' is out of range: '10.0.0.0/32' holds '0' hosts.",
  ],
  [
    "resourceId('Microsoft.A/b', 'x/y')",
    "Unable to evaluate template language function 'resourceId': more than one argument has a '/', and only the type may: 'Microsoft.A/b'.",
  ],
  [
    "union(createObject('a', 1), createObject('a', createArray(1)))",
    "The template language function 'union' failed to evaluate due to a type mismatch: the property 'a' is of type 'Integer' in one object and 'Array' in another.",
  ],
  [
    "union(createObject('a', createArray(1)), createObject('a', createObject('b', 1)))",
    "The template language function 'union' failed to evaluate due to a type mismatch: the property 'a' is of type 'Array' in one object and 'Object' in another.",
  ],
  [
    "union(createObject('a', createArray(1)), createObject('a', 'x'))",
    "The template language function 'union' failed to evaluate due to a type mismatch: the property 'a' is of type 'Array' in one object and 'String' in another.",
  ],
  [
    "dateTimeAdd('2020-02-30T14:53:14Z', 'P1D')",
    "Unable to evaluate template language function 'dateTimeAdd': '2020-02-30T14:53:14Z' is not a date and time in ISO 8601.",
  ],
  [
    "dateTimeAdd('2020-04-07T24:00:00Z', 'P1D')",
    "Unable to evaluate template language function 'dateTimeAdd': '2020-04-07T24:00:00Z' is not a date and time in ISO 8601.",
  ],
  [
    "dateTimeAdd('2020-04-07T14:53:14Z', 'P99999Y')",
    "Unable to evaluate template language function 'dateTimeAdd': 'P99999Y' is not a duration in ISO 8601.",
  ],
  [
    "dateTimeAdd('2020-04-07T14:53:14Z', 'P1D', 'fffffffff')",
    "Unable to evaluate template language function 'dateTimeAdd': 'fffffffff' is not a date format.",
  ],
  [
    "dateTimeAdd('2020-04-07T14:53:14Z', 'P1D', '''open')",
    "Unable to evaluate template language function 'dateTimeAdd': ''open' is not a date format.",
  ],
  [
    "resourceId('Microsoft.A/b/c', 'x', 'y/z')",
    "Unable to evaluate template language function 'resourceId': more than one argument has a '/', and only the type may: 'Microsoft.A/b/c'.",
  ],
  [
    "resourceId('rg', '22222222-2222-2222-2222-222222222222', 'Microsoft.A/b', 'x')",
    "The provided value 'rg' is not valid subscription identifier.",
  ],
  [
    "resourceId('notaguid', 'rg', 'Microsoft.A/b', 'x')",
    "The provided value 'notaguid' is not valid subscription identifier.",
  ],
  [
    "subscriptionResourceId('Microsoft.A/b', 'x/y')",
    "Unable to evaluate template language function 'subscriptionResourceId': more than one argument has a '/', and only the type may: 'Microsoft.A/b'.",
  ],
  [
    "subscriptionResourceId('rg', 'Microsoft.A/b', 'x')",
    "The provided value 'rg' is not valid subscription identifier.",
  ],
  [
    "tenantResourceId('Microsoft.A/b', 'x/y')",
    "Unable to evaluate template language function 'tenantResourceId': more than one argument has a '/', and only the type may: 'Microsoft.A/b'.",
  ],
  [
    "extensionResourceId('/a/b', 'Microsoft.A/b', 'x/y')",
    "Unable to evaluate template language function 'extensionResourceId': more than one argument has a '/', and only the type may: 'Microsoft.A/b'.",
  ],
  [
    "buildUri(createObject('scheme', 'https', 'host', 'a b'))",
    "Unable to evaluate template language function 'buildUri': 'https://a b' is not a valid address.",
  ],
  [
    "buildUri(createObject('scheme', 'https', 'host', 'a.b', 'port', 70000))",
    "Unable to evaluate template language function 'buildUri': 'https://a.b:70000' is not a valid address.",
  ],
  [
    "toObject(createArray('a', 'a'), lambda('x', lambdaVariables('x')))",
    "The lambda of the template language function 'toObject' returned the key 'a' twice.",
  ],
  [
    "cidrHost('fd00::/127', 0)",
    "Unable to evaluate template language function 'cidrHost': the host index '0' is out of range: 'fd00::/127' holds '0' hosts.",
  ],
  [
    "cidrHost('fd00::/127', 1)",
    "Unable to evaluate template language function 'cidrHost': the host index '1' is out of range: 'fd00::/127' holds '0' hosts.",
  ],
  [
    "cidrHost('fd00::/128', 0)",
    "Unable to evaluate template language function 'cidrHost': the host index '0' is out of range: 'fd00::/128' holds '0' hosts.",
  ],
  [
    "cidrHost('fd00::/126', 2)",
    "Unable to evaluate template language function 'cidrHost': the host index '2' is out of range: 'fd00::/126' holds '2' hosts.",
  ],
  [
    'string(null())',
    "The template language function 'string' expects its parameter at position '1' to be a string, an integer, a boolean, an array or an object. The provided value is of type 'Null'.",
  ],
  [
    'uniqueString(5)',
    "The template language function 'uniqueString' expects its parameter at position '1' to be a string. The provided value is of type 'Integer'.",
  ],
  [
    'guid(5)',
    "The template language function 'guid' expects its parameter at position '1' to be a string. The provided value is of type 'Integer'.",
  ],
  [
    "guid('a', 5)",
    "The template language function 'guid' expects its parameter at position '2' to be a string. The provided value is of type 'Integer'.",
  ],
  [
    "uniqueString('a', 5)",
    "The template language function 'uniqueString' expects its parameter at position '2' to be a string. The provided value is of type 'Integer'.",
  ],
  [
    "uniqueString('a', true())",
    "The template language function 'uniqueString' expects its parameter at position '2' to be a string. The provided value is of type 'Boolean'.",
  ],
  [
    'uniqueString(true())',
    "The template language function 'uniqueString' expects its parameter at position '1' to be a string. The provided value is of type 'Boolean'.",
  ],
  [
    "resourceId('Microsoft.A/b', 5)",
    "The template language function 'resourceId' expects its parameter at position '2' to be a string. The provided value is of type 'Integer'.",
  ],
  [
    "contains('a1', 1)",
    "The template language function 'contains' expects its parameter at position '2' to be a string. The provided value is of type 'Integer'.",
  ],
  [
    "contains(createObject('1', 2), 1)",
    "The template language function 'contains' expects its parameter at position '2' to be a string. The provided value is of type 'Integer'.",
  ],
  [
    "contains('true', true())",
    "The template language function 'contains' expects its parameter at position '2' to be a string. The provided value is of type 'Boolean'.",
  ],
  [
    "join(createArray(json('1.5')), ',')",
    "The template language function 'join' expects its parameter at position '1' to be an array of strings, integers or booleans. The provided value is of type 'Float'.",
  ],
];
