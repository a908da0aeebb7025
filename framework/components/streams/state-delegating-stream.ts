import { ConfigError, ConnectorError } from '../../errors.ts'
import { defineComponent } from '../../manifest/definition/component.ts'
import { optional, slot, string, template } from '../../manifest/definition/fields.ts'
import type { StreamState } from '../../protocol/messages.ts'
import { compareDatetimes, type DateTime, datetimeOfEpochMs, parseDuration, subtractDuration } from '../../template/python/datetime.ts'
import { Stream } from '../read/stream.ts'

const requester = { type: 'HttpRequester', url_base: 'https://api.example.com' }
const record_selector = { type: 'RecordSelector', extractor: { type: 'DpathExtractor', field_path: ['data'] } }

export const StateDelegatingStream = defineComponent(Stream, {
  type: 'StateDelegatingStream',
  summary: 'A stream that is read in one way without a state and in another way from then on.',
  fields: {
    name: string({ description: 'The name of the stream, and of both streams below.' }),
    full_refresh_stream: slot(Stream, { description: 'Reads everything, when there is no state.', default_type: 'DeclarativeStream' }),
    incremental_stream: slot(Stream, { description: 'Reads what is new, when there is a state.', default_type: 'DeclarativeStream' }),
    api_retention_period: optional(
      template([], {
        description:
          'How far back the incremental API reaches, as an ISO 8601 duration. A state older than that is dropped and everything read.',
        examples: ['P30D'],
      }),
    ),
  },
  examples: [
    {
      title: 'Everything first, events of 30 days after that',
      manifest: {
        type: 'StateDelegatingStream',
        name: 'customers',
        api_retention_period: 'P30D',
        full_refresh_stream: {
          type: 'DeclarativeStream',
          name: 'customers',
          retriever: { type: 'SimpleRetriever', requester: { ...requester, path: 'customers' }, record_selector },
          incremental_sync: {
            type: 'DatetimeBasedCursor',
            cursor_field: 'updated_at',
            datetime_format: '%Y-%m-%dT%H:%M:%SZ',
            start_datetime: '2024-01-01T00:00:00Z',
          },
        },
        incremental_stream: {
          type: 'DeclarativeStream',
          name: 'customers',
          retriever: { type: 'SimpleRetriever', requester: { ...requester, path: 'events' }, record_selector },
          incremental_sync: {
            type: 'DatetimeBasedCursor',
            cursor_field: 'updated_at',
            datetime_format: '%Y-%m-%dT%H:%M:%SZ',
            start_datetime: '2024-01-01T00:00:00Z',
          },
        },
      },
    },
  ],
  create: ({ name, full_refresh_stream: full, incremental_stream: incremental, api_retention_period }, { services }) => {
    const names = [name, full.name, incremental.name]
    if (new Set(names).size > 1) {
      throw new ConfigError('ERR_MANIFEST_INVALID', `a StateDelegatingStream and both its streams have one name, found ${names.join(', ')}`)
    }
    const period = api_retention_period?.evaluate({})
    const retention = period === undefined || period === null || period === '' ? undefined : parseDuration(String(period))
    const timeless = [full, incremental].find(({ cursor }) => cursor && !cursor.moment)
    if (retention && timeless) throw new ConfigError('ERR_MANIFEST_INVALID', "'api_retention_period' needs cursors of time")
    const isOutdated = (state: StreamState, ways: readonly Stream[]): boolean => {
      if (!retention || state['__ab_no_cursor_state_message'] === true) return false
      const reached = ways.map((way) => momentOf(state, way)).find((moment) => moment !== undefined)
      const oldest = subtractDuration(datetimeOfEpochMs(services.clock.now()), retention)
      return reached === undefined || compareDatetimes(reached, oldest) < 0
    }
    return { ...full, byState: { full, incremental, isOutdated } }
  },
})

/** The time that a state has reached, for all partitions together; undefined when it does not say. */
function momentOf(state: StreamState, { cursor }: Stream): DateTime | undefined {
  if (!cursor?.moment) return undefined
  const shared = state['state']
  const own = typeof shared === 'object' && shared !== null ? (shared as StreamState) : state
  const value = own[cursor.cursorField]
  if (value === undefined) return undefined
  try {
    return cursor.moment(value)
  } catch (thrown) {
    // A value that cannot be read tells nothing, and everything is read again.
    if (thrown instanceof ConnectorError) return undefined
    throw thrown
  }
}
