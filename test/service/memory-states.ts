import { type ConnectionState, ConnectorError, type StateLease, type StateRegistry, type StateVersion } from '../../framework/index.ts'

/** States that live as long as the test; one holder at a time. */
export function memoryStates(): StateRegistry {
  const versions = new Map<string, StateVersion>()
  const held = new Set<string>()
  const put = (name: string, version: Omit<StateVersion, 'version' | 'committedAt'>) => {
    const next = (versions.get(name)?.version ?? 0) + 1
    versions.set(name, { ...version, version: next, committedAt: '2026-01-01T00:00:00Z' })
  }
  return {
    acquire: async (name, connector, runId): Promise<StateLease> => {
      if (held.has(name)) throw new ConnectorError('ERR_STATE_LOCKED', `${name} is held`)
      held.add(name)
      return {
        token: 1,
        load: async () => versions.get(name),
        commit: async (streams: ConnectionState) =>
          put(name, { connector, runId, streams: { ...versions.get(name)?.streams, ...streams } }),
        replace: async (streams: ConnectionState) => put(name, { connector, runId, streams }),
        release: async () => void held.delete(name),
      }
    },
    show: async (name) => versions.get(name),
    history: async () => [],
    connections: async () => [...versions.keys()],
    runs: { save: async () => undefined, list: async () => [], complete: async () => ({}) },
    close: async () => undefined,
  }
}
