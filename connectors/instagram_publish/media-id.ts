import { ActionError } from '../../framework/components/actions/action-error.ts'

/** Ids go into paths: one with a slash or dots in it would ask for something else. Throws ActionError. */
export function assertMediaId(id: string): string {
  if (/^[\w-]+$/.test(id)) return id
  throw new ActionError('API_ERROR', `${JSON.stringify(id)} is no id of a media`)
}
