import waivers from '../cassettes-waivers.json' with { type: 'json' }
import { type Cassette, replay } from './cassettes.ts'
import type { ManifestResult } from './corpus.ts'
import type { Row } from './count-vectors.ts'

const reasons: Readonly<Record<string, string>> = waivers

/** Streams of real manifests, and the same without the manifests that name classes. */
export async function countStreams(
  cassettes: readonly Cassette[],
  corpus: string,
  manifests: readonly ManifestResult[],
): Promise<readonly Row[]> {
  const withCode = new Set(manifests.filter(({ custom }) => custom.length > 0).map(({ connector }) => connector))
  const results: { connector: string; id: string; differences: readonly string[] }[] = []
  for (const cassette of cassettes) {
    const id = `${cassette.connector}/${cassette.stream}`
    results.push({ connector: cassette.connector, id, differences: await replay(cassette, corpus) })
  }
  const row = (component: string, list: typeof results) => rowOf({ file: 'corpus/cassettes', component }, list)
  return [
    row(
      'streams of manifests without classes',
      results.filter(({ connector }) => !withCode.has(connector)),
    ),
    row(
      'streams of manifests that name classes',
      results.filter(({ connector }) => withCode.has(connector)),
    ),
  ]
}

/** Manifests: loaded, built, discovered. */
export function countManifests(manifests: readonly ManifestResult[]): Row {
  const results = manifests.map(({ connector, problems }) => ({ id: connector, differences: problems }))
  return rowOf({ file: 'corpus', component: 'manifests load, build and discover' }, results)
}

function rowOf(kind: Pick<Row, 'file' | 'component'>, results: readonly { id: string; differences: readonly string[] }[]): Row {
  const isWaived = (id: string) => reasons[id] !== undefined
  const failed = results.filter(({ id, differences }) => differences.length > 0 !== isWaived(id))
  return {
    ...kind,
    recorded: results.length,
    passed: results.filter(({ id, differences }) => differences.length === 0 && !isWaived(id)).length,
    failed: failed.map(({ id, differences }) => `${id}: ${differences[0] ?? 'passes; its waiver is not needed'}`),
    waived: results.filter(({ id, differences }) => differences.length > 0 && isWaived(id)).map(({ id }) => reasons[id] ?? ''),
    leftOut: 0,
  }
}
