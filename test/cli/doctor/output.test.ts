import { describe, expect, it } from 'vitest'
import { renderDiagnosis } from '../../../cli/doctor/output.ts'

describe('renderDiagnosis', () => {
  it('has a line for each observation and says how many want attention', () => {
    const text = renderDiagnosis({
      title: 'facebook_pages on 2026-11-20, looking 90 days ahead',
      observations: [
        { check: 'token', status: 'ok', summary: 'never expires' },
        { check: 'api_version', status: 'warning', summary: 'stops\nsoon' },
        { check: 'clock', status: 'error', summary: '7200 s behind' },
      ],
      colour: false,
    })
    expect(text.split('\n')).toEqual([
      'facebook_pages on 2026-11-20, looking 90 days ahead',
      '  ok       token         never expires',
      '  warning  api_version   stops\\nsoon',
      '  error    clock         7200 s behind',
      '2 items to attend to',
    ])
  })

  it('says so when nothing does', () => {
    const text = renderDiagnosis({ title: 't', observations: [{ check: 'token', status: 'ok', summary: 'fine' }], colour: false })
    expect(text).toMatch(/nothing wants attention$/)
  })
})
