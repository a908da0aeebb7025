import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type SchemaRegistry, schemaName } from '../../framework/index.ts'
import { compareSchemas } from '../../schemas/compare.ts'
import { fingerprintOf } from '../../schemas/fingerprint.ts'

/** Where schemas are kept; opened several times, as by several processes. */
export interface SchemaPlace {
  open(): Promise<SchemaRegistry>
  destroy(): Promise<void>
}

const posts = schemaName('facebook_pages', 'posts')
const first = { type: 'object', properties: { id: { type: 'string' }, likes: { type: 'integer' } }, required: ['id'] }
const second = { ...first, properties: { ...first.properties, message: { type: ['null', 'string'] } } }

/** What every schema registry has to do. */
export function testSchemaRegistry(name: string, createPlace: () => Promise<SchemaPlace>): void {
  describe(`${name} keeps the contract of schema registries`, () => {
    let place: SchemaPlace
    let registry: SchemaRegistry
    beforeEach(async () => {
      place = await createPlace()
      registry = await place.open()
    })
    afterEach(async () => {
      await registry.close()
      await place.destroy()
    })

    it('knows nothing at first', async () => {
      expect(await registry.latest(posts)).toBeUndefined()
      expect(await registry.history(posts)).toEqual([])
      expect(await registry.streams()).toEqual([])
    })

    it('gives a version that moves only with the fingerprint', async () => {
      const versions = [first, structuredClone(first), second, second].map((schema) => () => registry.register(posts, schema))
      const numbers: number[] = []
      for (const register of versions) numbers.push((await register()).version)
      expect(numbers).toEqual([1, 1, 2, 2])
    })

    it('takes schemas that differ in the order of their keys for one', async () => {
      await registry.register(posts, first)
      const { required, properties, type } = first
      const turned = { required, properties: { likes: properties.likes, id: properties.id }, type }
      expect(await registry.register(posts, turned)).toMatchObject({ version: 1, fingerprint: fingerprintOf(first) })
    })

    it('shows the latest and all versions to others, newest first', async () => {
      await registry.register(posts, first)
      await registry.register(posts, second)
      const other = await place.open()
      const latest = await other.latest(posts)
      expect(latest).toMatchObject({ stream: posts, version: 2, fingerprint: fingerprintOf(second) })
      expect(compareSchemas(latest?.schema ?? {}, second)).toEqual([])
      expect((await other.history(posts)).map(({ version, fingerprint }) => [version, fingerprint])).toEqual([
        [2, fingerprintOf(second)],
        [1, fingerprintOf(first)],
      ])
      await other.close()
    })

    it('keeps the streams of connections apart, whatever their names', async () => {
      const names = [posts, schemaName('a.b', 'c'), schemaName('a', 'b.c'), schemaName('a%2Eb', 'c'), schemaName('Ünï ../x', 'Posts/1 ?#')]
      for (const [index, stream] of names.entries()) await registry.register(stream, { ...first, title: `${index}` })
      expect(await registry.streams()).toEqual([...names].sort())
      for (const [index, stream] of names.entries()) expect((await registry.latest(stream))?.schema['title']).toBe(`${index}`)
    })

    it('keeps every schema when several processes register at once', async () => {
      const others = await Promise.all([1, 2, 3, 4].map(() => place.open()))
      const schemas = others.map((_, index) => ({ ...first, title: `writer ${index}` }))
      const versions = await Promise.all(others.map((other, index) => other.register(posts, schemas[index] ?? first)))
      const history = await registry.history(posts)
      expect(history.map(({ version }) => version)).toEqual([4, 3, 2, 1])
      for (const { version, fingerprint } of versions)
        expect(history.find((entry) => entry.version === version)?.fingerprint).toBe(fingerprint)
      await Promise.all(others.map((other) => other.close()))
    })
  })
}
