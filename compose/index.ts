// The door of the package: the runtime's own door, and what composes it with connectors, registries and destinations.
export * from '../framework/index.ts'
export type { Output, ReadObserver, ReadRequest } from './read-request.ts'
export type { AccountResult, ReadResult } from './read-result.ts'
export type { ReadSummary } from './read-summary.ts'
export { runRead } from './run-read.ts'
