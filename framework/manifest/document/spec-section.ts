import { dialectOf } from '../definition/envelope.ts'
import { type ManifestText, type ParsedText, parseYaml } from './yaml.ts'

/** Shorter texts are parsed as a whole in no time, and mistakes anywhere in them are found. */
const LONG = 200_000

/**
 * The `spec` of a long manifest in plain block style, parsed alone: a megabyte of schemas takes longer to parse than anything else
 * that `spec` does. Lines keep their numbers. Undefined where that could mean something else: references, anchors and aliases in the
 * section, more than one document, keys that are not plain words. What is wrong in the rest of the text is not found.
 */
export function parseSpecSection({ text, file }: ManifestText): ParsedText | undefined {
  if (text.length < LONG) return undefined
  const keys = [...text.matchAll(/^([^\s#][^\n]*)$/gm)]
  if (keys.length === 0) return undefined
  const names = keys.map(([line]) => /^([A-Za-z_]\w*):(?=\s|$)/.exec(line)?.[1])
  const plain = names.filter((name) => name !== undefined)
  if (plain.length !== names.length || new Set(plain).size !== names.length) return undefined
  const index = plain.indexOf('spec')
  const start = keys[index]?.index
  const section = start === undefined ? '{}' : text.slice(start, keys[index + 1]?.index)
  // A reference, an anchor or an alias may need what stands elsewhere.
  if (section.includes('#/') || /(?:^|[\s[{,:-])[&*][^\s*]/m.test(section)) return undefined
  const dialect = /^dialect:[ \t]*(\w+)/m.exec(text)?.[1] ?? ''
  const before = start === undefined ? 0 : text.slice(0, start).split('\n').length - 1
  return parseYaml({ text: '\n'.repeat(before) + section, file }, () =>
    dialectOf(new Map(plain.map((name) => [name, name === 'dialect' ? dialect : '']))),
  )
}
