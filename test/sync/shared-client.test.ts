import { describe, expect, it } from 'vitest'
import { createRedactor, systemClock } from '../../framework/index.ts'
import { silentReporter } from '../../framework/report.ts'
import { sharedClient } from '../../sync/shared-client.ts'

describe('sharedClient', () => {
  it('shares what connectors learn among all accounts of a sync, and with no other sync', () => {
    const open = () => sharedClient({ clock: systemClock, redactor: createRedactor() }, silentReporter)
    const [client, other] = [open(), open()]
    const learned = client.shared('learned', () => new Set(['a']))
    expect(client.shared('learned', () => new Set())).toBe(learned)
    expect(other.shared('learned', () => new Set())).not.toBe(learned)
    for (const { http } of [client, other]) http.close()
  })
})
