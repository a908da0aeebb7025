import type { AccountStatus } from '../framework/index.ts'

export const KNOWN_STATUSES: readonly AccountStatus[] = ['active', 'needs_login', 'paused']

export const isKnownStatus = (status: string): status is AccountStatus => KNOWN_STATUSES.some((known) => known === status)
