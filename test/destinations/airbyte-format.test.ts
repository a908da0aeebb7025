import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { airbyteFormat, airbyteLine } from '../../destinations/airbyte-format.ts'
import type { Message } from '../../framework/index.ts'
import { emittedAt, page, state, streamInfo } from '../conformance/items.ts'
import { sharedFolder } from '../shared.ts'

const hide = (text: string) => text.replaceAll('sandbox-user-token', '****')
const format = airbyteFormat(hide)

describe('airbyteFormat', () => {
  it('writes one RECORD per row', () => {
    expect(format.page(page(streamInfo('users "x"'), [{ id: 1 }, {}]))).toBe(
      `{"type":"RECORD","record":{"stream":"users \\"x\\"","data":{"id":1},"emitted_at":${emittedAt}}}\n{"type":"RECORD","record":{"stream":"users \\"x\\"","data":{},"emitted_at":${emittedAt}}}\n`,
    )
  })

  it('leaves records as they are and takes secrets out of everything else', () => {
    const secret = 'sandbox-user-token'
    expect(format.page(page(streamInfo('users'), [{ bio: secret }]))).toContain(secret)
    const messages: Message[] = [
      { type: 'LOG', log: { level: 'INFO', message: `used ${secret}` } },
      { type: 'TRACE', trace: { type: 'ERROR', emitted_at: 1, error: { message: secret, failure_type: 'system_error' } } },
      { type: 'CONNECTION_STATUS', connectionStatus: { status: 'FAILED', message: secret } },
    ]
    for (const message of messages) expect(format.message(message)).toMatch(/\*\*\*\*/)
    for (const message of messages) expect(format.message(message)).not.toContain(secret)
    const item = state('users', { [secret]: { after: [secret] } })
    expect(item.type === 'message' && format.message(item.message)).toContain('"stream_state":{"****":{"after":["****"]}}')
  })

  it('gives the platform the config with its secrets', () => {
    const control: Message = {
      type: 'CONTROL',
      control: { type: 'CONNECTOR_CONFIG', emitted_at: 1.5, connectorConfig: { config: { token: 'sandbox-user-token' } } },
    }
    expect(airbyteLine(control, hide)).toBe(`${JSON.stringify(control)}\n`)
  })

  it.skipIf(!sharedFolder)('writes the messages of the reference as the reference does', () => {
    const { cases } = JSON.parse(readFileSync(join(sharedFolder ?? '', 'vectors/protocol_transcripts.json'), 'utf8')) as {
      cases: { stdout: Message[] }[]
    }
    const messages = cases.flatMap(({ stdout }) => stdout)
    expect(messages.length).toBeGreaterThan(100)
    for (const message of messages) {
      const line = message.type === 'RECORD' ? recordLine(message) : format.message(message)
      expect(JSON.parse(line)).toEqual(message)
      expect(Object.keys(JSON.parse(line))).toEqual(Object.keys(message))
    }
  })
})

/** The page form of a single RECORD; recordings carry a placeholder for the time. */
function recordLine({ record }: Extract<Message, { type: 'RECORD' }>): string {
  const line = JSON.parse(format.page(page(streamInfo(record.stream), [record.data])))
  return JSON.stringify({ ...line, record: { ...line.record, emitted_at: record.emitted_at } })
}
