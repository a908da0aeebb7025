import { ConnectorError } from '../../errors.ts'
import { setOwn } from '../../template/python/dict.ts'

const MAX_DEPTH = 512
const entities: ReadonlyMap<string, string> = new Map(Object.entries({ lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" }))
/** One piece of markup or a run of text, from where the last one ended. */
const token =
  /<!--[\s\S]*?-->|<\?[\s\S]*?\?>|<!\[CDATA\[([\s\S]*?)\]\]>|<!DOCTYPE\b([^[>]*(?:\[[^\]]*\])?[^>]*)>|<\/([^\s<>/]+)\s*>|<([^\s<>/!?="'&]+)((?:[^<>"']|"[^"<]*"|'[^'<]*')*)>|([^<]+)/y
const attribute = /\s+([^\s<>/="'&]+)\s*=\s*(?:"([^"]*)"|'([^']*)')|\s*(\S)/gy

interface Element {
  readonly name: string
  /** Undefined until there is an attribute or a child. */
  fields: Record<string, unknown> | undefined
  text: string
}

/**
 * An XML document as one object: `{root: …}`. Attributes are `@name`, text beside attributes or children `#text`, an element that
 * comes several times is a list, one without content null; texts are trimmed. Names keep their prefixes. Throws
 * ERR_BODY_NOT_XML (transient) for what is not well-formed; entity declarations are refused, so nothing unfolds.
 */
export function parseXml(source: string): Readonly<Record<string, unknown>> {
  const text = source.replace(/\r\n?/g, '\n')
  const document: Element = { name: '', fields: undefined, text: '' }
  const open: Element[] = [document]
  token.lastIndex = text.startsWith('\ufeff') ? 1 : 0
  while (token.lastIndex < text.length) {
    const at = token.lastIndex
    const found = token.exec(text)
    if (!found) throw malformed(`broken markup at character ${at}`)
    take(open, found, at)
  }
  const unclosed = open.at(-1)
  if (open.length > 1) throw malformed(`element ${unclosed?.name} is not closed`)
  if (!document.fields) throw malformed('it holds no element')
  return document.fields
}

/** One token, in the element that is open. */
function take(open: Element[], found: RegExpExecArray, at: number): void {
  const [, data, doctype, closed, name, rest = '', characters] = found
  if (data !== undefined) addText(open, data)
  else if (characters !== undefined) addText(open, plainText(characters, at))
  else if (doctype?.includes('<!ENTITY')) throw malformed('it declares entities, which are refused')
  else if (closed !== undefined) close(open, closed)
  else if (name !== undefined) start(open, { name, rest, at })
}

function addText(open: readonly Element[], text: string): void {
  const current = open.length > 1 ? open.at(-1) : undefined
  if (current) current.text += text
  else if (text.trim() !== '') throw malformed('text outside the root element')
}

function start(open: Element[], { name, rest, at }: { name: string; rest: string; at: number }): void {
  const root = open.length === 1 ? open[0] : undefined
  if (root?.fields) throw malformed(`a second root element ${name}`)
  if (open.length > MAX_DEPTH) throw malformed(`elements are nested deeper than ${MAX_DEPTH}`)
  const empty = rest.endsWith('/')
  const element: Element = { name, fields: attributesOf(empty ? rest.slice(0, -1) : rest, at), text: '' }
  open.push(element)
  if (empty) close(open, name)
}

function close(open: Element[], name: string): void {
  const element = open.pop()
  const parent = open.at(-1)
  if (!element || !parent || element.name !== name) throw malformed(`</${name}> closes ${element?.name || 'nothing'}`)
  const text = element.text.trim()
  if (element.fields && text !== '') add(element.fields, '#text', text)
  parent.fields ??= {}
  add(parent.fields, name, element.fields ?? (text === '' ? null : text))
}

function add(fields: Record<string, unknown>, key: string, value: unknown): void {
  const present = Object.hasOwn(fields, key)
  const before = fields[key]
  if (!present) setOwn(fields, key, value)
  else if (Array.isArray(before)) before.push(value)
  else setOwn(fields, key, [before, value])
}

function attributesOf(source: string, at: number): Record<string, unknown> | undefined {
  let fields: Record<string, unknown> | undefined
  for (const [, name, double, single, other] of source.trimEnd().matchAll(attribute)) {
    if (other !== undefined || name === undefined) throw malformed(`broken attributes at character ${at}`)
    fields ??= {}
    if (Object.hasOwn(fields, `@${name}`)) throw malformed(`duplicate attribute ${name} at character ${at}`)
    setOwn(fields, `@${name}`, plainText((double ?? single ?? '').replaceAll(/[\t\n]/g, ' '), at))
  }
  return fields
}

function plainText(text: string, at: number): string {
  if (!text.includes('&')) return text
  return text.replaceAll(
    /&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|([^\s;&]*));?/gi,
    (...[whole = '', hex, decimal, name]: (string | undefined)[]) => {
      const known = name === undefined ? character(Number.parseInt(hex ?? decimal ?? '', hex === undefined ? 10 : 16)) : entities.get(name)
      if (known === undefined || !whole.endsWith(';')) throw malformed(`unknown entity ${whole.slice(0, 20)} at character ${at}`)
      return known
    },
  )
}

function character(code: number): string | undefined {
  const isAllowed = code === 9 || code === 10 || code === 13 || (code >= 32 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff))
  return isAllowed ? String.fromCodePoint(code) : undefined
}

function malformed(what: string): ConnectorError {
  return new ConnectorError('ERR_BODY_NOT_XML', `the body is not valid XML: ${what}`, { failureType: 'transient_error' })
}
