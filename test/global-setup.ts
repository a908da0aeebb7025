import { sharedFolder } from './shared.ts'

export function setup(): void {
  if (!sharedFolder) console.log('Conformance vectors and foreign manifests are not installed here: the suites that need them are skipped.')
}
