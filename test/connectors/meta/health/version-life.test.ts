import { describe, expect, it } from 'vitest'
import { graphVersions, observeVersion } from '../../../../connectors/meta/health/version-life.ts'
import { catalogue } from '../../../../connectors/meta/metrics/catalogue.ts'

const now = Date.parse('2026-11-20T23:59:00Z')

describe('observeVersion', () => {
  it.each([
    [{ asked: 'v21.0', served: 'v21.0' }, 'warning', /v21.0 stops on 2027-01-21, in 62 days; the newest is v26.0/],
    [{ asked: 'v22.0', served: undefined }, 'ok', /2027-05-20, in 181 days/],
    [{ asked: 'v20.0', served: undefined }, 'warning', /stopped on 2026-09-24/],
    [{ asked: 'v26.0', served: 'v26.0' }, 'ok', /no end is announced/],
    [{ asked: 'v20.0', served: 'v21.0' }, 'warning', /v21.0 answers instead/],
    [{ asked: 'v27.0', served: 'v27.0' }, 'ok', /not in the table/],
    [{ asked: undefined, served: undefined }, 'ok', /no version is asked for; the newest is v26.0/],
  ] as const)('%j is %s', (use, status, summary) => {
    expect(observeVersion({ ...use, now, days: 90 })).toMatchObject({ status, summary: expect.stringMatching(summary) })
  })
})

describe('the table of versions', () => {
  it('has every version of the catalogue, each ending after it began, oldest first', () => {
    const { versions } = graphVersions()
    expect(versions.map(({ version }) => version)).toEqual(expect.arrayContaining([...catalogue().graph_versions]))
    expect(versions.filter(({ released, stops = '9999' }) => stops <= released)).toEqual([])
    expect(versions.map(({ released }) => released)).toEqual(versions.map(({ released }) => released).sort())
  })
})
