import type { HttpResponse } from '../../http/request.ts'

type Headers = Readonly<Record<string, unknown>>

/** Headers as templates see them: by name in any case. */
export function headerView(headers: Headers): Headers {
  const name = (key: string | symbol) => (typeof key === 'string' ? key.toLowerCase() : key)
  return new Proxy(headers, {
    get: (target, key) => Reflect.get(target, Object.hasOwn(target, key) ? key : name(key)),
    has: (target, key) => Reflect.has(target, name(key)),
    getOwnPropertyDescriptor: (target, key) => {
      const found = Reflect.getOwnPropertyDescriptor(target, name(key))
      return found && { ...found, configurable: true }
    },
  })
}

/** The same, with `link` parsed: `headers['link']['next']['url']`. `Link` gives the text. */
export function headerViewWithLinks({ headers }: HttpResponse): Headers {
  const text = headers['link'] ?? ''
  const view = headerView(headers)
  const links = parseLinks(text)
  return new Proxy(view, {
    get: (target, key) => (key === 'link' ? links : Reflect.get(target, key)),
    has: (target, key) => key === 'link' || Reflect.has(target, key),
    getOwnPropertyDescriptor: (target, key) =>
      key === 'link'
        ? { value: links, enumerable: true, configurable: true, writable: true }
        : Reflect.getOwnPropertyDescriptor(target, key),
  })
}

/** A Link header (RFC 8288) as `{ <rel or url>: { url, rel, … } }`. */
export function parseLinks(header: string): Readonly<Record<string, Readonly<Record<string, string>>>> {
  const entries = trim(header) === '' ? [] : trim(header).split(/, *</)
  return Object.fromEntries(
    entries.map((entry) => {
      const [address = '', ...params] = entry.split(';')
      const link: Record<string, string> = { url: address.replace(/^[<> '"]+|[<> '"]+$/g, '') }
      for (const param of params) {
        const [key, value, ...more] = param.split('=')
        if (key === undefined || value === undefined || more.length > 0) break
        link[trim(key)] = trim(value)
      }
      return [link['rel'] || link['url'], link]
    }),
  )
}

function trim(text: string): string {
  return text.replace(/^[ '"]+|[ '"]+$/g, '')
}
