import { readdirSync, readFileSync } from 'node:fs'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'

const rooms = ['framework', 'connectors', 'accounts', 'state', 'schemas', 'destinations', 'compose', 'sync', 'service', 'cli', 'sandbox']
const prose = ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'docs', 'changes', 'examples', 'manifests', ...rooms]

/** What is not said, and what is said instead. */
const wordList: ReadonlyArray<readonly [RegExp, string]> = [
  [/(?<!\bthere )\b(is|are|was|were|be) no (?!longer\b|more\b|later\b|earlier\b|older\b|newer\b)/i, 'must be …, got …; is not a …'],
  [/\bleads? nowhere\b/i, 'does not exist'],
  [/\b(stands?|stood)\b(?! for\b)/i, 'is in; duplicate'],
  [/\ba(new|fresh)\b/i, 'again'],
  [/\bheed(s|ed)?\b/i, 'respect; ignore'],
  [/\bwhoever\b/i, 'the caller'],
  [/\b(told|heard)\b/i, 'reported'],
  [/\bsays? nothing\b/i, 'does not report; ignores'],
  [/\b(comes?|came) to nothing\b/i, 'evaluates to nothing; failed'],
  [/\b(go|goes|going|went) on\b(?! top\b)/i, 'continues; resumes'],
  [/\btakes? no more\b/i, 'stopped accepting'],
  [/\b(a|one) look\b|\blook (before|after)\b/i, 'scan; check'],
  [/\b(its|the|their) memory of\b|\bits memory\b/i, 'checkpoint'],
  [/\bobservations?\b/i, 'snapshot'],
  [/\bsettled?\b/i, 'finalized'],
  [/\bsilence[sd]?\b/i, 'empty result'],
  [/\brefusals?\b/i, 'rejection'],
  [/\bculprits?\b/i, 'offending metric'],
  [/\b(films?|pictures?)\b(?!\.\w)/i, 'video; image; frame'],
]

/** Every text with blanks, with expressions of templates replaced by `…`. */
function textsOf(file: string, text: string): readonly string[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true)
  const texts: string[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) texts.push(node.text)
    if (ts.isTemplateExpression(node))
      texts.push([node.head, ...node.templateSpans.map(({ literal }) => literal)].map(({ text }) => text).join('…'))
    ts.forEachChild(node, visit)
  }
  visit(source)
  return texts.filter((text) => /\s/.test(text))
}

function objections(place: string, texts: readonly string[]): readonly string[] {
  return texts.flatMap((text) =>
    wordList
      .filter(([pattern]) => pattern.test(text))
      .map(([pattern, instead]) => `${place}: "${text.trim()}" (${pattern.source}); say: ${instead}`),
  )
}

/** The world that the sandbox makes up is data: alternative texts, names and captions of its accounts. */
const isData = (file: string) => file.startsWith('sandbox/data/') || file.startsWith('sandbox/recordings/')

function filesOf(places: readonly string[], form: RegExp): readonly string[] {
  return places
    .flatMap((place) => {
      if (form.test(place)) return [place]
      if (place.endsWith('.md')) return []
      return readdirSync(place, { recursive: true, encoding: 'utf8' }).map((name) => `${place}/${name.replaceAll('\\', '/')}`)
    })
    .filter((file) => form.test(file) && !isData(file) && !file.includes('node_modules/'))
}

describe('the word list of plain English', () => {
  it('holds for every text in the sources', () => {
    const files = filesOf(rooms, /\.ts$/)
    expect(files.length).toBeGreaterThan(500)
    expect(files.flatMap((file) => objections(file, textsOf(file, readFileSync(file, 'utf8'))))).toEqual([])
  })

  it('holds for every line of documents and manifests', () => {
    const files = filesOf(prose, /\.(md|ya?ml)$/)
    expect(files.length).toBeGreaterThan(50)
    expect(files.flatMap((file) => objections(file, readFileSync(file, 'utf8').split('\n')))).toEqual([])
  })

  it.each([
    ['`page_size is no integer but ${value}`', 1],
    ["'the list is no longer read'", 0],
    ["'there is no stream of this name'", 0],
    ["'the class stands for a list'", 0],
    ["'begins ' + 'the pages anew'", 1],
    ["'anew'", 0],
    ['// a comment that goes on', 0],
  ])('objects to texts, not to comments and keys: %s', (code, count) => {
    expect(objections('a.ts', textsOf('a.ts', code))).toHaveLength(count)
  })
})
