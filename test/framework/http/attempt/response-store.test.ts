import { readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { afterEach, describe, expect, it } from 'vitest'
import { createResponseStore, type ResponseStore, type StoreLimits } from '../../../../framework/http/attempt/response-store.ts'
import { fakeResponse } from '../fixtures.ts'

const stores: ResponseStore[] = []
afterEach(() => {
  for (const store of stores.splice(0)) store.close()
})

function open(limits: Partial<StoreLimits> = {}): ResponseStore {
  const store = createResponseStore((text) => text, { memoryBytes: 100, fileBytes: 1000, responses: 10, ...limits })
  stores.push(store)
  return store
}

const page = (number: number, size = 60) => fakeResponse(200, { 'x-page': String(number) }, String(number).padEnd(size, '.'))
const filesOfOurs = () => readdirSync(tmpdir()).filter((name) => name.startsWith(`connector-responses-${process.pid}-`))

describe('createResponseStore', () => {
  it('gives back what it kept, from memory and from the file', () => {
    const store = open()
    for (let number = 1; number <= 5; number++) store.keep(`k${number}`, page(number))
    for (let number = 1; number <= 5; number++) {
      const found = store.get(`k${number}`)
      expect(found).toMatchObject({ status: 200, headers: { 'x-page': String(number) }, url: 'https://api.example.com/v1' })
      expect(found?.text()).toBe(String(number).padEnd(60, '.'))
    }
    expect(store.get('k6')).toBeUndefined()
  })

  it('keeps no more than it may, and continues', () => {
    const store = open({ fileBytes: 120, responses: 4 })
    for (let number = 1; number <= 5; number++) store.keep(`k${number}`, page(number))
    expect([1, 2, 3, 4, 5].map((number) => store.get(`k${number}`) !== undefined)).toEqual([true, true, true, false, false])
    store.keep('small', page(6, 10))
    store.keep('over', page(7, 10))
    expect([store.get('small')?.text().length, store.get('over')]).toEqual([10, undefined])
  })

  it('hands out a body that later readers do not share', () => {
    const store = open()
    store.keep('json', fakeResponse(200, {}, '{"data":[1]}'))
    const first = store.get('json')?.json() as { data: number[] }
    first.data.push(2)
    expect(store.get('json')?.json()).toEqual({ data: [1] })
  })

  it.skipIf(process.platform === 'win32')('leaves no file behind, not even while it is open', () => {
    const store = open({ memoryBytes: 0 })
    store.keep('a', page(1))
    expect(filesOfOurs()).toEqual([])
    expect(store.get('a')?.text()).toHaveLength(60)
  })

  it('forgets everything when it is closed', () => {
    const store = open({ memoryBytes: 0 })
    store.keep('a', page(1))
    store.close()
    expect(store.get('a')).toBeUndefined()
  })
})
