import { type AwsEnvironment, type Clock, heartbeatOf, LEASE_MS, type StateRegistry, type StateVersion } from '../framework/index.ts'
import { parseDocument, versionOf } from './document.ts'
import { createRunLog, plainName, type RunStore } from './run-log.ts'
import { parseS3Url } from './s3/address.ts'
import { type Bucket, openBucket } from './s3/bucket.ts'
import { historyKey, historyVersions, keysOf } from './s3/keys.ts'
import { S3Lease } from './s3/lease.ts'
import { S3Lock } from './s3/lock.ts'

export interface S3RegistryOptions {
  readonly clock: Clock
  readonly env?: AwsEnvironment
  /** Milliseconds without a heartbeat after which a lease may be taken over. */
  readonly staleAfter?: number
}

/**
 * Keeps the state of each connection in an object of the same format as the `file:` registry, earlier versions beside it. Needs storage
 * that honours If-Match and If-None-Match on writes: Amazon S3, R2, MinIO and others do.
 */
export function s3StateRegistry(url: string, options: S3RegistryOptions): StateRegistry {
  const { clock, env = process.env, staleAfter = LEASE_MS } = options
  const bucket = openBucket(parseS3Url(url, env), { clock })
  return {
    async acquire(connection, connector, runId) {
      const keys = keysOf(connection)
      const lock = await S3Lock.take({ keys, bucket, connection, runId, clock, staleAfter })
      return new S3Lease({ connection, connector, runId, keys, bucket, lock, clock, heartbeat: heartbeatOf(staleAfter) })
    },
    show: (connection) => readVersion(keysOf(connection).state, bucket),
    async history(connection) {
      const keys = keysOf(connection)
      const current = await readVersion(keys.state, bucket)
      const earlier = (await historyVersions(keys, bucket)).filter((version) => current === undefined || version < current.version)
      const versions = [current]
      for (const version of earlier) versions.push(await readVersion(historyKey(keys, version), bucket))
      return versions.filter((version) => version !== undefined)
    },
    async connections() {
      const names: string[] = []
      for (const key of (await bucket.list('')).filter((name) => /^[^/]+\.json$/.test(name))) {
        const object = await bucket.get(key)
        if (object) names.push(parseDocument(object.text, bucket.placeOf(key)).connection)
      }
      return names.sort()
    },
    runs: createRunLog(runObjects(bucket)),
    close: async () => undefined,
  }
}

function runObjects(bucket: Bucket): RunStore {
  const key = (connection: string, name: string) => `${keysOf(connection).runs}${plainName(name)}.json`
  return {
    put: async (connection, name, text) => void (await bucket.put(key(connection, name), text)),
    get: async (connection, name) => (await bucket.get(key(connection, name)))?.text,
    names: async (connection) => {
      const { runs } = keysOf(connection)
      return (await bucket.list(runs)).map((found) => found.slice(runs.length, -'.json'.length)).sort()
    },
    remove: (connection, name) => bucket.remove(key(connection, name)),
  }
}

async function readVersion(key: string, bucket: Bucket): Promise<StateVersion | undefined> {
  const object = await bucket.get(key)
  return object && versionOf(parseDocument(object.text, bucket.placeOf(key)))
}
