/** Properties of a logging command; undefined ones are left out. */
export type CommandProperties = Readonly<Record<string, string | number | undefined>>;

// A percent sign is escaped first, or the escapes themselves would be. The agent undoes them in the
// opposite order: Command.cs of microsoft/azure-pipelines-agent.
function escapeData(text: string): string {
  return text.replace(/%/g, '%AZP25').replace(/\r/g, '%0D').replace(/\n/g, '%0A');
}

function escapeProperty(text: string): string {
  return escapeData(text).replace(/]/g, '%5D').replace(/;/g, '%3B');
}

/** One line that the agent understands as a command, such as `##vso[task.complete result=Failed;]text`. */
export function commandLine(name: string, properties: CommandProperties, data: string): string {
  const written = Object.entries(properties)
    .filter(([, value]) => value !== undefined && value !== '')
    .map(([key, value]) => `${key}=${escapeProperty(String(value))};`)
    .join('');
  return `##vso[${name}${written === '' ? '' : ` ${written}`}]${escapeData(data)}`;
}

/**
 * Splits text from anywhere into lines that are only text. The agent takes the first `##vso[` anywhere in a
 * line for a command, in any letter case, and the web page takes `##[` for formatting; both get a blank
 * inside. Control and invisible format characters go, for they hide text, or hide a command from this check:
 * the agent's own comparison passes over them. Tabs stay.
 */
export function plainLines(text: string): string[] {
  return text.split(/\r\n|[\r\n\u2028\u2029\u0085\u000b\u000c]/).map((line) =>
    line
      .replace(/\t/g, '    ')
      .replace(/\u001b\[[0-9;?]*[ -/]*[@-~]/g, '')
      .replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Default_Ignorable_Code_Point}]/gu, '')
      .replace(/#(?=#(?:vso|\[))/gi, '# '),
  );
}

/** The same for text that has to stay in one piece, as the data of a command. */
export function plainText(text: string): string {
  return plainLines(text).join('\n');
}
