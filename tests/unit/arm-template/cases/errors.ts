const EXPECTS = 'expects its parameter at position';
const UNABLE = 'Unable to evaluate template language function';

/** Expressions and the exact message of their error. */
export const FUNCTION_ERRORS: readonly (readonly [expression: string, message: string])[] = [
  [
    "toUpperCase('a')",
    "The template function 'toUpperCase' is not valid: no such function is known.",
  ],
  [
    "contoso.name('a')",
    "The template function 'contoso.name' is not valid: no such function is known.",
  ],
  [
    "loadTextContent('a')",
    "The template function 'loadTextContent' is not valid: no such function is known.",
  ],
  ['empty()', `${UNABLE} 'empty': function requires 1 argument(s) while 0 were provided.`],
  [
    "endsWith('a', 'b', 'c')",
    `${UNABLE} 'endsWith': function requires 2 argument(s) while 3 were provided.`,
  ],
  [
    'concat()',
    `${UNABLE} 'concat': function requires at least 1 argument(s) while 0 were provided.`,
  ],
  [
    "padLeft('a')",
    `${UNABLE} 'padLeft': function requires 2 to 3 argument(s) while 1 were provided.`,
  ],
  ['false(1)', `${UNABLE} 'false': function requires 0 argument(s) while 1 were provided.`],
  [
    'first(100)',
    `The template language function 'first' ${EXPECTS} '1' to be an array or a string. The provided value is of type 'Integer'.`,
  ],
  [
    'toLower(5)',
    `The template language function 'toLower' ${EXPECTS} '1' to be a string. The provided value is of type 'Integer'.`,
  ],
  [
    'length(null())',
    `The template language function 'length' ${EXPECTS} '1' to be an array, a string or an object. The provided value is of type 'Null'.`,
  ],
  [
    "add(1, '2')",
    `The template language function 'add' ${EXPECTS} '2' to be an integer. The provided value is of type 'String'.`,
  ],
  [
    "int('4.5')",
    `The template language function 'int' ${EXPECTS} '1' to be an integer or a string that holds one. The provided value is of type 'String'.`,
  ],
  [
    "bool('yes')",
    `The template language function 'bool' ${EXPECTS} '1' to be a boolean, an integer, 'true' or 'false'. The provided value is of type 'String'.`,
  ],
  [
    "if('true', 1, 2)",
    `The template language function 'if' ${EXPECTS} '1' to be a boolean. The provided value is of type 'String'.`,
  ],
  [
    'and(true(), 1)',
    `The template language function 'and' ${EXPECTS} '2' to be a boolean. The provided value is of type 'Integer'.`,
  ],
  [
    "less(1, 'a')",
    `The template language function 'less' ${EXPECTS} '2' to be of the type of the first ('Integer'). The provided value is of type 'String'.`,
  ],
  ['div(1, 0)', "The template language function 'div' can't divide by zero."],
  ['mod(1, 0)', "The template language function 'mod' can't divide by zero."],
  [
    'mul(9007199254740991, 2)',
    "The template language function 'mul' has a result beyond 2^53, which this engine can't hold.",
  ],
  [
    "concat(createArray('hello', 100), 200)",
    "The provided parameters for language function 'concat' are invalid. Either all or none of the parameters must be an array.",
  ],
  [
    "substring('1234567890', 0, 11)",
    "The index and length parameters must refer to a location within the string. The index parameter: '0', the length parameter: '11', the length of the string parameter: '10'.",
  ],
  [
    "replace('a', '', 'b')",
    `The template language function 'replace' ${EXPECTS} '2' to be a string that is not empty. The provided value is of type 'String'.`,
  ],
  [
    "padLeft('a', 3, 'xy')",
    `The template language function 'padLeft' ${EXPECTS} '3' to be a single character. The provided value is of type 'String'.`,
  ],
  [
    "format('{1}', 'a')",
    `${UNABLE} 'format': the format '{1}' refers to argument '1', and there are '1'.`,
  ],
  ["format('{0', 'a')", `${UNABLE} 'format': the format is invalid: '{0'.`],
  ["format('{0:Q}', 1)", `${UNABLE} 'format': the format specifier 'Q' is not valid.`],
  ["base64ToString('###')", `${UNABLE} 'base64ToString': '###' is not valid base64.`],
  [
    "dataUriToString('invalid datauri')",
    `${UNABLE} 'dataUriToString': 'invalid datauri' is not a data URI.`,
  ],
  ["json('{')", `${UNABLE} 'json': the text is not valid JSON: '{'.`],
  [
    "createObject('a')",
    "The template language function 'createObject' expects an even number of parameters; it is called with 1.",
  ],
  [
    'range(0, 10001)',
    `The template language function 'range' ${EXPECTS} '2' to be between 0 and 10000. The provided value is of type 'Integer'.`,
  ],
  [
    'range(2147483647, 1)',
    "The template language function 'range' expects the sum of its parameters to be at most '2147483647'.",
  ],
  ['createArray(1)[1]', "The language expression property array index '1' is out of bounds."],
  ['createArray(1)[-1]', "The language expression property array index '-1' is out of bounds."],
  [
    "createObject('a', 1, 'b', 2).c",
    "The language expression property 'c' doesn't exist, available properties are 'a, b'.",
  ],
  [
    "toLower('a').b",
    "The language expression property 'b' can't be evaluated: the value is of type 'String', not an object.",
  ],
  [
    "createObject('a', 1)[0]",
    "The language expression property '0' can't be evaluated: the value is of type 'Object', not an array.",
  ],
  [
    'indexFromEnd(createArray(1), 2)',
    "The language expression property array index '^2' is out of bounds.",
  ],
  [
    "tryGet(createObject('a', createObject()), 'a', 'b')",
    "The language expression property 'b' doesn't exist, available properties are ''.",
  ],
  [
    'flatten(createArray(1))',
    `The template language function 'flatten' ${EXPECTS} '1' to be an array of arrays. The provided value is of type 'Integer'.`,
  ],
  [
    "distinct('a')",
    `The template language function 'distinct' ${EXPECTS} '1' to be an array. The provided value is of type 'String'.`,
  ],
  [
    "filter(createArray(1), 'x')",
    "The template language function 'filter' expects its parameter at position '2' to be a lambda.",
  ],
  [
    "map(createArray(1), lambda('a', 'b', 'c', 1))",
    "The template language function 'map' expects a lambda with 1 or 2 variable(s); it has 3.",
  ],
  [
    "filter(createArray(1), lambda('x', 1))",
    "The lambda of the template language function 'filter' must return a boolean. The returned value is of type 'Integer'.",
  ],
  [
    "toObject(createArray(1), lambda('x', 1))",
    "The lambda of the template language function 'toObject' must return a string as the key. The returned value is of type 'Integer'.",
  ],
  ["lambdaVariables('x')", "The lambda variable 'x' is not found."],
  [
    "lambda('x', 1)",
    "The template function 'lambda' is not expected at this location: it can only be an argument of filter, map, reduce, sort, toObject, groupBy or mapValues.",
  ],
  [
    "dateTimeAdd('yesterday', 'P1D')",
    `${UNABLE} 'dateTimeAdd': 'yesterday' is not a date and time in ISO 8601.`,
  ],
  [
    "dateTimeAdd('2020-01-01', 'soon')",
    `${UNABLE} 'dateTimeAdd': 'soon' is not a duration in ISO 8601.`,
  ],
  ["dateTimeAdd('2020-01-01', 'P1D', 'q')", `${UNABLE} 'dateTimeAdd': 'q' is not a date format.`],
  [
    "cidrSubnet('10.0.0.0/24', 20, 0)",
    `${UNABLE} 'cidrSubnet': the new prefix length '20' must be between '24' and '32'.`,
  ],
  [
    "cidrSubnet('10.0.0.0/24', 26, 4)",
    `${UNABLE} 'cidrSubnet': the subnet index '4' is out of range: '10.0.0.0/24' holds '4' subnets of /26.`,
  ],
  [
    "cidrHost('10.0.0.0/30', 2)",
    `${UNABLE} 'cidrHost': the host index '2' is out of range: '10.0.0.0/30' holds '2' hosts.`,
  ],
  [
    "parseCidr('10.0.0.0')",
    `${UNABLE} 'parseCidr': '10.0.0.0' is not an IP network in CIDR notation.`,
  ],
  [
    "parseCidr('10.0.0.256/8')",
    `${UNABLE} 'parseCidr': '10.0.0.256/8' is not an IP network in CIDR notation.`,
  ],
  [
    "resourceId('Microsoft.Network/virtualNetworks/subnets', 'v1')",
    `${UNABLE} 'resourceId': the type 'Microsoft.Network/virtualNetworks/subnets' requires '2' resource name argument(s); '1' are given.`,
  ],
  ["resourceId('rg', 'v1')", `${UNABLE} 'resourceId': no argument is a resource type.`],
  [
    "extensionResourceId('v1', 'Microsoft.Authorization/locks', 'l')",
    `The template language function 'extensionResourceId' ${EXPECTS} '1' to be a resource id. The provided value is of type 'String'.`,
  ],
  [
    'managementGroup()',
    "The template function 'MANAGEMENTGROUP' is not expected at this location.",
  ],
  [
    "providers('Microsoft.Web')",
    "The template function 'PROVIDERS' is not expected at this location.",
  ],
  [
    "roleDefinitions('Emperor')",
    "The template function 'roleDefinitions' knows no role 'Emperor'.",
  ],
  [
    "pickZones('Microsoft.Compute', 'virtualMachines', 'westus2', 2, 2)",
    "The template function 'pickZones' asks for zone '4' of '3' in 'westus2'.",
  ],
  [
    "toLogicalZone('s', 'eastus', 'westus-az1')",
    "The template function 'toLogicalZone' knows no zone 'westus-az1' in 'eastus'.",
  ],
  ["parseUri('relative/path')", `${UNABLE} 'parseUri': 'relative/path' is not an absolute URI.`],
  [
    "buildUri(createObject('host', 'a'))",
    `${UNABLE} 'buildUri': the properties 'scheme' and 'host' are required.`,
  ],
  ['utcNow()', "The template function 'UTCNOW' is not expected at this location."],
  ['newGuid()', "The template function 'NEWGUID' is not expected at this location."],
  [
    'copyIndex()',
    "The template function 'copyIndex' is not expected at this location: without the name of a loop it can only be used in a resource or an output with a copy.",
  ],
  [
    "copyIndex('nics')",
    "The template function 'copyIndex' is not expected at this location: there is no loop 'nics' here.",
  ],
  ["parameters('missing')", "The template parameter 'missing' is not found."],
  ["variables('missing')", "The template variable 'missing' is not found."],
  ["fail('the stamp has no region')", 'the stamp has no region'],
  [
    "reference('missing')",
    "The template function 'reference' refers to 'missing', which is neither a resource of the template nor a resource id.",
  ],
  [
    "reference('/subscriptions/s/resourceGroups/r/providers/Microsoft.X/ys/z')",
    "The template function 'reference' must name an API version: '/subscriptions/s/resourceGroups/r/providers/Microsoft.X/ys/z' is not a resource of the template.",
  ],
  [
    "reference('/subscriptions/s/resourceGroups/r/providers/Microsoft.X/ys/z', '2020-01-01')",
    "The Resource 'Microsoft.X/ys/z' under resource group 'r' was not found.",
  ],
  [
    "reference('/subscriptions/s/resourceGroups/r/providers/Microsoft.X/ys/z', '2020-01-01', 'Half')",
    "The template function 'reference' knows 'Full' as its last parameter, not 'Half'.",
  ],
  [
    "references('missing')",
    "The template function 'references' expects the symbolic name of a resource with a copy: 'missing' is none.",
  ],
  [
    "listKeys('missing', '2020-01-01')",
    "The template function 'listKeys' refers to 'missing', which is neither a resource of the template nor a resource id.",
  ],
];
