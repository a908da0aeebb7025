import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { connectors } from '../../../../connectors/index.ts'
import { components } from '../../../../framework/components/index.ts'
import { defineComponent, defineFamily } from '../../../../framework/manifest/definition/component.ts'
import { condition, list, oneOf, optional, slot, string, withDefault } from '../../../../framework/manifest/definition/fields.ts'
import { createLanguage } from '../../../../framework/manifest/definition/language.ts'
import { reference } from '../../../../framework/manifest/definition/reference.ts'
import { languageSchema } from '../../../../framework/manifest/definition/schema.ts'

const Fruit = defineFamily<string>('FruitBasket', 'What is eaten.')
const Apple = defineComponent(Fruit, {
  type: 'Apple',
  summary: 'An apple.',
  aliases: ['Malus'],
  fields: {
    kind: withDefault(oneOf(['red', 'green'], { description: 'Its colour | taste.' }), 'red'),
    ripe: condition(['record'], { description: 'Whether it may be eaten.' }),
    names: optional(list(string({ description: 'A name.' }), { description: 'Its names.' })),
    next: slot(Fruit, { description: 'The one after it.', default_type: 'Apple' }),
  },
  examples: [{ title: 'A green one', manifest: { type: 'Apple', kind: 'green', ripe: '{{ record.age > 3 }}' } }],
  create: ({ kind }) => kind,
})

describe('reference', () => {
  const pages = reference(createLanguage([Apple]))

  it('has a page per family and an index', () => {
    expect([...pages.keys()]).toEqual(['README.md', 'fruit-basket.md'])
    expect(pages.get('README.md')).toContain('- [Apple](fruit-basket.md#apple): An apple.')
  })

  it('describes fields, defaults and the names that templates see', () => {
    expect(pages.get('fruit-basket.md')).toBe(`# FruitBasket

What is eaten.

## Apple

An apple.

Also written \`Malus\`.

| field | type | default | meaning |
|---|---|---|---|
| \`kind\` | \`red\` or \`green\` | \`red\` | Its colour \\| taste. |
| \`ripe\` | string or boolean | required | Whether it may be eaten. A template; it sees \`config\`, \`parameters\`, \`record\`. |
| \`names\` | list of string |  | Its names. |
| \`next\` | [FruitBasket](fruit-basket.md) | \`Apple\` | The one after it. |

A green one:

\`\`\`yaml
type: Apple
kind: green
ripe: "{{ record.age > 3 }}"
\`\`\`
`)
  })
})

describe('generated files', () => {
  const root = new URL('../../../../', import.meta.url)
  it('agree with the components; run `npm run generate`', async () => {
    const parts = await Promise.all(connectors.map((connector) => connector.load()))
    const language = createLanguage([...new Set([...components, ...parts.flatMap((part) => part.components)])])
    const pages = reference(language)
    const folder = new URL('manifests/reference/', root)
    expect(readdirSync(folder).sort()).toEqual([...pages.keys()].sort())
    for (const [file, text] of pages) expect(readFileSync(new URL(file, folder), 'utf8')).toBe(text)
    const schema = readFileSync(new URL('schemas/manifest.schema.json', root), 'utf8')
    expect(schema).toBe(`${JSON.stringify(languageSchema(language), null, 2)}\n`)
  })
})
