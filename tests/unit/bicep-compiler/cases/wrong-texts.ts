import type { Wrong } from './wrong.ts';

/** Mistakes in the text itself and in names. */
export const WRONG_TEXTS: readonly Wrong[] = [
  {
    what: 'a string that does not end',
    text: "var a = 'abc\nparam b string\n",
    found: [
      [
        '1:9 BCP004',
        'The string at this location is not terminated due to an unexpected new line character.',
      ],
    ],
  },
  {
    what: 'values that are missing, where the next line starts another statement',
    text: "output a string =\nparam p string = 'x'\ntype t =\n@secure()\nparam q string\nvar long =\n  'fine'\n",
    found: [1, 3].map((line) => [
      `${line}:${line === 1 ? 18 : 9} BCP009`,
      'Expected a literal value, an array, an object, a parenthesized expression, or a function call at this location.',
    ]),
  },
  {
    what: 'a property without a colon, and other mistakes of the same file',
    text: "resource r 'A.B/c@2020-01-01' = {\n  name 'x'\n  location: nowhere\n}\nfoo bar\nvar ok = 1 +\n",
    found: [
      [
        '1:10 BCP035',
        'The specified "resource" declaration is missing the following required properties: "name".',
      ],
      ['2:8 BCP018', 'Expected the ":" character at this location.'],
      ['3:13 BCP057', 'The name "nowhere" does not exist in the current context.'],
      [
        '5:1 BCP007',
        'This declaration type is not recognized. Specify a metadata, parameter, variable, resource, or output declaration.',
      ],
      [
        '6:13 BCP009',
        'Expected a literal value, an array, an object, a parenthesized expression, or a function call at this location.',
      ],
    ],
  },
  {
    what: 'an object that does not end',
    text: 'var a = {\n  b: 1\n',
    found: [['3:1 BCP018', 'Expected the "}" character at this location.']],
  },
  {
    what: 'an unknown escape sequence and an unknown character',
    text: 'output a string = \'x\\y\'\noutput b int = 1 ; 2\noutput c string = "x"\n',
    found: [
      [
        '1:21 BCP006',
        'The specified escape sequence is not recognized. Only the following escape sequences are allowed: "\\$", "\\\'", "\\\\", "\\n", "\\r", "\\t", "\\u{...}".',
      ],
      ['2:18 BCP019', 'Expected a new line character at this location.'],
      [
        '3:19 BCP103',
        'The following token is not recognized: ""x"". Strings are defined using single quotes in bicep.',
      ],
    ],
  },
  {
    what: 'unknown names of values, functions, types and decorators',
    text: "@secret()\nparam p strin\noutput a string = '${p}${q}'\noutput b string = toLowr(q)\n",
    found: [
      ['1:2 BCP057', 'The name "secret" does not exist in the current context.'],
      [
        '2:9 BCP302',
        'The name "strin" is not a valid type. Please specify one of the following types: "any", "array", "bool", "int", "object", "resourceInput", "resourceOutput", "string".',
      ],
      ['3:26 BCP057', 'The name "q" does not exist in the current context.'],
      ['4:19 BCP057', 'The name "toLowr" does not exist in the current context.'],
      ['4:26 BCP057', 'The name "q" does not exist in the current context.'],
    ],
  },
  {
    what: 'duplicates, also of outputs and of properties',
    text: 'param a int\nvar a = 1\noutput o int = a\noutput o int = 2\noutput p object = { x: 1, x: 2 }\n',
    found: [
      ['1:7 BCP028', 'Identifier "a" is declared multiple times. Remove or rename the duplicates.'],
      ['2:5 BCP028', 'Identifier "a" is declared multiple times. Remove or rename the duplicates.'],
      ['3:8 BCP145', 'Output "o" is declared multiple times. Remove or rename the duplicates.'],
      ['4:8 BCP145', 'Output "o" is declared multiple times. Remove or rename the duplicates.'],
      [
        '5:21 BCP025',
        'The property "x" is declared multiple times in this object. Remove or rename the duplicate properties.',
      ],
      [
        '5:27 BCP025',
        'The property "x" is declared multiple times in this object. Remove or rename the duplicate properties.',
      ],
    ],
  },
  {
    what: 'cycles',
    text: 'var a = b\nvar b = c\nvar c = a\nvar d = d\noutput o int = a + d\n',
    found: [
      ['1:9 BCP080', 'The expression is involved in a cycle ("a" -> "b" -> "c" -> "a").'],
      ['2:9 BCP080', 'The expression is involved in a cycle ("b" -> "c" -> "a" -> "b").'],
      ['3:9 BCP080', 'The expression is involved in a cycle ("c" -> "a" -> "b" -> "c").'],
      ['4:9 BCP079', 'This expression is referencing its own declaration, which is not allowed.'],
    ],
  },
];
