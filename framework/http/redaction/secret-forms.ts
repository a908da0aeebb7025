/** Shorter pieces are too common in ordinary text to be masked wherever they occur. */
export const SHORTEST_FORM = 6
/** Beyond this a secret (a key file) is looked for as it is, and line by line, not in every encoding. */
const MAX_ENCODED = 4096
const SHORTEST_LINE = 16

/**
 * The shapes in which a secret turns up in output: raw, in JSON (once and twice, with `\/`, with \u escapes), in URLs (once and twice
 * encoded, either case of the hex digits, as form data), in base64 and base64url at each of the three alignments, in hex, in HTML,
 * and the long lines of a text of several lines.
 */
export function secretForms(secret: string): readonly string[] {
  // Encoders refuse lone surrogates; in UTF-8 they become U+FFFD, as they do on the wire.
  const text = Buffer.from(secret).toString()
  const forms = [secret, text, ...jsonForms(text), ...lines(text)]
  if (text.length <= MAX_ENCODED) {
    forms.push(...urlForms(text), ...base64Forms(text), ...hexForms(text), htmlForm(text))
    for (const form of jsonForms(text)) forms.push(encodeURIComponent(form))
  }
  return [...new Set(forms)].filter((form) => form.length >= SHORTEST_FORM)
}

function jsonForms(text: string): readonly string[] {
  const once = inner(JSON.stringify(text))
  const ascii = once.replace(/[^\x20-\x7e]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
  const slashes = once.replaceAll('/', '\\/')
  return [once, ascii, slashes, ascii.replaceAll('/', '\\/'), inner(JSON.stringify(once)), inner(JSON.stringify(slashes))]
}

function inner(quoted: string): string {
  return quoted.slice(1, -1)
}

function urlForms(text: string): readonly string[] {
  const component = encodeURIComponent(text)
  const form = new URLSearchParams([['', text]]).toString().slice(1)
  const forms = [component, form, encodeURI(text), encodeURIComponent(component), encodeURIComponent(form)]
  return forms.flatMap((encoded) => [encoded, encoded.replace(/%[0-9A-F]{2}/g, (hex) => hex.toLowerCase())])
}

/** Inside a longer base64 text a secret starts at one of three alignments; the characters it shares with its neighbours are left out. */
function base64Forms(text: string): readonly string[] {
  const bytes = Buffer.from(text)
  return [0, 1, 2].flatMap((offset) => {
    const encoded = Buffer.concat([Buffer.alloc(offset), bytes])
      .toString('base64')
      .replace(/=+$/, '')
    const partial = (offset + bytes.length) % 3 === 0 ? 0 : 1
    const own = encoded.slice(offset === 0 ? 0 : offset + 1, encoded.length - partial)
    return [own, own.replaceAll('+', '-').replaceAll('/', '_'), encodeURIComponent(own), own.replaceAll('/', '\\/')]
  })
}

function hexForms(text: string): readonly string[] {
  const hex = Buffer.from(text).toString('hex')
  return [hex, hex.toUpperCase()]
}

function htmlForm(text: string): string {
  const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character)
}

function lines(text: string): readonly string[] {
  if (!text.includes('\n')) return []
  return text.split(/\r?\n/).filter((line) => line.length >= SHORTEST_LINE)
}
