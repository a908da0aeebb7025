import { describe, expect, it } from 'vitest'
import { createLogger } from '../../../cli/output/log.ts'
import { fakeClock } from '../../conformance/fake-clock.ts'
import { type Screen, screen } from './screen.ts'

const redact = (text: string) => text.replaceAll('sandbox-user-token', '****')
const logger = (stream: Screen, level: 'debug' | 'info' = 'info', print?: (line: string) => void) =>
  createLogger({ stream, clock: fakeClock(), level, redact, env: { NO_COLOR: '1' }, ...(print ? { print } : {}) })

describe('createLogger', () => {
  it('writes one JSON object per line where no person reads', async () => {
    const stderr = screen(false)
    const log = await logger(stderr)
    log.log('warn', 'waiting\nfor it', { stream: 'posts', seconds: 7 })
    log.log('debug', 'hidden')
    log.log('error', 'broke')
    expect(stderr.lines().map((line) => JSON.parse(line))).toEqual([
      { level: 'warn', time: '2026-01-02T03:04:05.000Z', stream: 'posts', seconds: 7, msg: 'waiting\nfor it' },
      { level: 'error', time: '2026-01-02T03:04:05.000Z', msg: 'broke' },
    ])
  })

  it('writes lines for people on a terminal', async () => {
    const stderr = screen(true)
    const log = await logger(stderr, 'debug')
    log.log('warn', 'waiting\nfor \u001b[2J it', { stream: 'posts', limits: { a: 1 } })
    log.log('debug', 'details')
    expect(stderr.lines()).toEqual(['03:04:05 warn  waiting\\nfor \\x1b[2J it stream=posts limits={"a":1}', '03:04:05 debug details'])
  })

  it.each([true, false])('hides secrets in texts, fields and errors (terminal: %s)', async (isTTY) => {
    const stderr = screen(isTTY)
    const log = await logger(stderr)
    log.log('error', 'GET /x?access_token=sandbox-user-token', {
      header: 'Bearer sandbox-user-token',
      nested: { list: ['sandbox-user-token'] },
      error: new Error('sandbox-user-token').message,
    })
    expect(stderr.text()).toContain('****')
    expect(stderr.text()).not.toContain('sandbox-user-token')
  })

  it('prints through whatever draws on the terminal', async () => {
    const lines: string[] = []
    const stderr = screen(true)
    const log = await logger(stderr, 'info', (line) => lines.push(line))
    log.log('info', 'hello')
    expect(lines).toEqual(['03:04:05 info  hello'])
    expect(stderr.text()).toBe('')
  })
})
