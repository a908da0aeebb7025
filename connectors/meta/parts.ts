import type { Config } from '../../framework/manifest/definition/component.ts'
import type { ConnectorParts } from '../connector-package.ts'
import { readGraphUsage } from './graph/usage.ts'
import { observeVersion } from './health/version-life.ts'

/** Days before its end from which a version of the API is warned about. */
const WARN_DAYS = 90

/** What all connectors of Meta have in common. */
export const metaParts = {
  usage: readGraphUsage,
  counters: { media: ['media', 'posts'] },
  notices: ({ api_version: asked }: Config, now: number): readonly string[] => {
    if (typeof asked !== 'string') return []
    const { status, summary } = observeVersion({ asked, served: undefined, now, days: WARN_DAYS })
    return status === 'ok' ? [] : [`Graph API: ${summary}`]
  },
} as const satisfies Omit<ConnectorParts, 'components'>
