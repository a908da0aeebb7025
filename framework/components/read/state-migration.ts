import { defineFamily } from '../../manifest/definition/component.ts'
import type { StreamState } from '../../protocol/messages.ts'

/** The state of a stream in the form of today; a state that has it already comes back as it is. */
export type StateMigration = (state: StreamState) => StreamState
export const StateMigration = defineFamily<StateMigration>(
  'StateMigration',
  'Brings the state of an earlier version into the form of today.',
)
