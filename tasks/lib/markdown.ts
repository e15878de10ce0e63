/**
 * One line of Markdown's plain text, wherever it stands in a heading, a list or a table's cell: nothing in it becomes
 * markup, a cell, HTML, a link, an emoji, or a mention of a person, a work item or a pull request. Control and
 * invisible characters go, which could turn the order of what follows.
 *
 * What Azure DevOps reads in a summary: https://learn.microsoft.com/azure/devops/project/wiki/markdown-guidance
 */
export function plain(text: string): string {
  return text
    .replace(/[\s\u0085]+/g, ' ')
    .replace(/[\p{Cc}\p{Cf}\p{Cs}]/gu, '')
    .trim()
    .replace(/[\\`*_[\]|~#@$]|!(?=\d)|:(?=:|\/\/|[\w+-]+:)|(?<=www)\./gi, '\\$&')
    .replace(/^[+=-]/, '\\$&')
    .replace(/^(\d+)([.)])/, '$1\\$2')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');
}
