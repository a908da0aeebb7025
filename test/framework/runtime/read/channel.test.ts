import { describe, expect, it } from 'vitest'
import { createChannel } from '../../../../framework/runtime/read/channel.ts'

async function drain<T>(channel: AsyncIterable<T>): Promise<T[]> {
  const values: T[] = []
  for await (const value of channel) values.push(value)
  return values
}

describe('createChannel', () => {
  it('delivers in order what several writers sent', async () => {
    const channel = createChannel<number>(2)
    const writing = Promise.all([1, 2, 3, 4, 5].map((value) => channel.send(value))).then(() => channel.close())
    expect(await drain(channel)).toEqual([1, 2, 3, 4, 5])
    await writing
  })

  it('holds writers back while the reader is slow', async () => {
    const channel = createChannel<number>(2)
    let sent = 0
    const writing = (async () => {
      for (let value = 0; value < 100; value++) {
        await channel.send(value)
        sent += 1
      }
      channel.close()
    })()
    const ahead: number[] = []
    let received = 0
    for await (const value of channel) {
      expect(value).toBe(received)
      received += 1
      ahead.push(sent - received)
    }
    await writing
    expect(received).toBe(100)
    expect(Math.max(...ahead)).toBeLessThanOrEqual(2)
  })

  it('delivers what is queued before it throws the error it was closed with', async () => {
    const channel = createChannel<number>(10)
    channel.post(1)
    channel.close(new Error('broken'))
    const seen: number[] = []
    await expect(
      (async () => {
        for await (const value of channel) seen.push(value)
      })(),
    ).rejects.toThrow('broken')
    expect(seen).toEqual([1])
  })

  it('releases writers when the reader leaves', async () => {
    const channel = createChannel<number>(1)
    const first = channel.send(1)
    for await (const value of channel) {
      expect(value).toBe(1)
      break
    }
    await first
    await expect(channel.send(2)).rejects.toMatchObject({ code: 'ERR_OUTPUT_CLOSED' })
  })
})
