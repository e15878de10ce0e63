import { Scalar, parseAllDocuments, visit } from 'yaml';
import { parseGenerously } from '../../arm/jsonc.ts';
import { RealNumber, wholeNumber } from './real-number.ts';

function jsonNumber(word: string): unknown {
  return /^-?\d+$/.test(word) ? wholeNumber(BigInt(word)) : new RealNumber(Number(word));
}

/** Parses the JSON of a loaded file; numbers keep the kind that their text has. Throws an Error. */
export function parseLoadedJson(text: string): unknown {
  // Without long or broken numbers, the parser of the platform gives the same and is faster.
  if (!/\d[.eE]|\d{16}|-0/.test(text)) {
    try {
      return JSON.parse(text.replace(/^\uFEFF/, '')) as unknown;
    } catch {
      // Comments and the like are for the other parser.
    }
  }
  return parseGenerously(text, jsonNumber);
}

function number({ value, source = '', type, tag }: Scalar): unknown {
  if (typeof value === 'bigint') return wholeNumber(value);
  if (typeof value === 'number') return new RealNumber(value);
  // The compiler's reader takes whole numbers with underlines for what YAML 1.1 took them for.
  const isGrouped = type === 'PLAIN' && !tag && /^[-+]?\d[\d_]*$/.test(source);
  return isGrouped ? wholeNumber(BigInt(source.replaceAll(/[_+]/g, ''))) : value;
}

/** Parses the first document of a YAML file; numbers keep the kind that their text has. Throws an Error. */
export function parseLoadedYaml(text: string): unknown {
  const documents = parseAllDocuments(text, { intAsBigInt: true, merge: true });
  const document = Array.isArray(documents) ? documents[0] : undefined;
  if (!document) throw new SyntaxError('There is nothing in the file.');
  const [error] = document.errors;
  if (error) throw error;
  visit(document, {
    Scalar: (key, node) => {
      if (key !== 'key') node.value = number(node);
    },
  });
  return document.toJS() as unknown;
}
