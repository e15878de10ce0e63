/** One piece of a section of a custom format: a place for a digit, the point, or text that shows as it is. */
type Piece =
  | { readonly kind: 'digit'; readonly zero: boolean }
  | { readonly kind: 'point' | 'comma' }
  | { readonly kind: 'text'; readonly text: string };

const PIECE = /"([^"]*)"|'([^']*)'|\\(.)|([0#])|(\.)|(,)|([%‰])|([eE][+-]?0+)|([\s\S])/g;

/**
 * A number by a custom pattern of .NET in the invariant culture: 0 and # for digits, a point, commas (which group
 * digits, or divide by a thousand at the end), % and ‰, sections for negative numbers and zero, literal text
 * (https://learn.microsoft.com/dotnet/standard/base-types/custom-numeric-format-strings). Undefined for what is not
 * supported: exponents.
 */
export function formatCustom(value: number, pattern: string): string | undefined {
  const sections = pattern.split(';');
  const ownNegative = value < 0 && (sections[1] ?? '') !== '';
  const chosen = ownNegative ? 1 : value === 0 && sections[2] !== undefined ? 2 : 0;
  const pieces = piecesOf(sections[chosen] ?? '');
  if (pieces === undefined) return undefined;
  const text = shown(pieces, Math.abs(value));
  return value < 0 && !ownNegative ? `-${text}` : text;
}

function piecesOf(section: string): Piece[] | undefined {
  const pieces: Piece[] = [];
  for (const [
    ,
    quoted,
    single,
    escaped,
    digit,
    point,
    comma,
    share,
    exponent,
    other,
  ] of section.matchAll(PIECE)) {
    if (exponent !== undefined) return undefined;
    if (digit !== undefined) pieces.push({ kind: 'digit', zero: digit === '0' });
    else if (point !== undefined) pieces.push({ kind: 'point' });
    else if (comma !== undefined) pieces.push({ kind: 'comma' });
    else pieces.push({ kind: 'text', text: quoted ?? single ?? escaped ?? share ?? other ?? '' });
  }
  return pieces;
}

function shown(pieces: readonly Piece[], size: number): string {
  const pointAt = pieces.findIndex(({ kind }) => kind === 'point');
  const whole = pointAt < 0 ? pieces : pieces.slice(0, pointAt);
  const rest = pointAt < 0 ? [] : pieces.slice(pointAt + 1);
  const isDigit = (piece: Piece): boolean => piece.kind === 'digit';
  const wholePlaces = whole.filter(isDigit).length;
  const lastDigit = whole.findLastIndex(isDigit);
  const commas = (from: readonly Piece[]): number =>
    from.filter(({ kind }) => kind === 'comma').length;
  const divisor = 1000 ** commas(whole.slice(lastDigit + 1));
  const grouped = commas(whole.slice(whole.findIndex(isDigit) + 1, lastDigit)) > 0;
  const factor = pieces.reduce((all, piece) => all * shareOf(piece), 1);
  const places = rest.filter(isDigit).length;
  const [integer = '0', fraction = ''] = ((size * factor) / divisor).toFixed(places).split('.');
  const left = wholeText(whole, integer === '0' ? '' : integer, wholePlaces, grouped);
  const right = fractionText(rest, fraction);
  return `${left}${right.digits ? '.' : ''}${right.text}`;
}

function shareOf(piece: Piece): number {
  if (piece.kind !== 'text') return 1;
  return piece.text === '%' ? 100 : piece.text === '‰' ? 1000 : 1;
}

/** Digits fill the places from the right; what has no place stands at the first. */
function wholeText(
  pieces: readonly Piece[],
  digits: string,
  places: number,
  grouped: boolean,
): string {
  let place = places;
  let forced = false;
  let text = '';
  const put = (position: number): string => {
    const digit = digits[digits.length - 1 - position] ?? (forced ? '0' : '');
    return digit + (grouped && digit !== '' && position > 0 && position % 3 === 0 ? ',' : '');
  };
  for (const piece of pieces) {
    if (piece.kind === 'text') text += piece.text;
    if (piece.kind !== 'digit') continue;
    forced ||= piece.zero;
    const first = place === places ? Math.max(digits.length, places) : place;
    place -= 1;
    for (let position = first - 1; position >= place; position -= 1) text += put(position);
  }
  return text;
}

function fractionText(
  pieces: readonly Piece[],
  digits: string,
): { readonly text: string; readonly digits: boolean } {
  const places = pieces.filter(({ kind }) => kind === 'digit');
  const needed = places.findLastIndex((piece) => piece.kind === 'digit' && piece.zero) + 1;
  const kept = Math.max(needed, digits.replace(/0+$/, '').length);
  let place = 0;
  let text = '';
  for (const piece of pieces) {
    if (piece.kind === 'text') text += piece.text;
    if (piece.kind !== 'digit') continue;
    if (place < kept) text += digits[place] ?? '0';
    place += 1;
  }
  return { text, digits: kept > 0 };
}
