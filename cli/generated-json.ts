/** Characters of a line of a generated file. */
const lineWidth = 140

/** JSON as this project formats it: objects over several lines, lists on one line where that fits. Ends with a line break. */
export function jsonText(value: unknown): string {
  return `${textOf(value, '', 0)}\n`
}

/** `used`: characters that stand before and after the value on its line. */
function textOf(value: unknown, indent: string, used: number): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const inner = `${indent}  `
  if (Array.isArray(value)) {
    const line = `[${value.map((entry) => textOf(entry, inner, 0)).join(', ')}]`
    if (!line.includes('\n') && indent.length + used + line.length <= lineWidth) return line
    return block(
      value.map((entry) => textOf(entry, inner, 1)),
      ['[', ']'],
      indent,
    )
  }
  const entries = Object.entries(value).filter(([, entry]) => entry !== undefined)
  if (entries.length === 0) return '{}'
  const lines = entries.map(([name, entry]) => `${JSON.stringify(name)}: ${textOf(entry, inner, JSON.stringify(name).length + 3)}`)
  return block(lines, ['{', '}'], indent)
}

function block(lines: readonly string[], [open, close]: readonly [string, string], indent: string): string {
  return `${open}\n${lines.map((line) => `${indent}  ${line}`).join(',\n')}\n${indent}${close}`
}
