/** Of ECMA-48, which every terminal knows. */
const codes = { red: 31, green: 32, yellow: 33, gray: 90 };

type Colour = keyof typeof codes;

const paint = (colour: Colour, text: string) => `\u001b[${codes[colour]}m${text}\u001b[39m`;

const colours: readonly (readonly [RegExp, Colour])[] = [
  [/^\s*##\[error\]/, 'red'],
  [/^\s*##\[warning\]/, 'yellow'],
  [/^\s*##\[(progress|debug)\]/, 'gray'],
  [/^(stage|run) .*: Succeeded/, 'green'],
  [/^(stage|run) .*: (Failed|Canceled)/, 'red'],
];

/** Words and signs at the start of a line that say how something went. */
const marks: readonly (readonly [RegExp, Colour])[] = [
  [/^\s*(✓|PASS\b)/, 'green'],
  [/^\s*(✕|FAIL\b)/, 'red'],
  [/^\s*(\?|UNKNOWN\b)/, 'yellow'],
];

/** A line of a run as a terminal shows it. */
export function coloured(line: string): string {
  const whole = colours.find(([pattern]) => pattern.test(line));
  if (whole !== undefined) return paint(whole[1], line);
  for (const [pattern, colour] of marks) {
    if (pattern.test(line)) return line.replace(pattern, (mark) => paint(colour, mark));
  }
  return line;
}
